"""Addresses of the catalogue, below /api/v1."""

from django.urls import path

from catalogue import picture_views, upload_views, views
from catalogue.affiliate import views as affiliate

app_name = "catalogue"
urlpatterns = [
    path("products", views.ProductsView.as_view(), name="product-list"),
    path("products/featured", views.FeaturedView.as_view(), name="product-featured"),
    path("products/search/suggest", views.SuggestView.as_view(), name="product-suggest"),
    path("products/facets", views.FacetsView.as_view(), name="product-facets"),
    path("products/<uuid:product_id>", views.ProductView.as_view(), name="product-detail"),
    path("products/<uuid:product_id>/images", picture_views.ProductPicturesView.as_view(), name="product-images"),
    path("admin/products/bulk-upload", upload_views.UploadsView.as_view(), name="upload-create"),
    path("admin/products/bulk-upload/<uuid:upload_id>", upload_views.UploadView.as_view(), name="upload-detail"),
    path("affiliate/click/<uuid:product_id>", affiliate.ClickView.as_view(), name="affiliate-click"),
    path("affiliate/conversions", affiliate.ConversionsView.as_view(), name="affiliate-conversion-create"),
    path("categories", views.CategoriesView.as_view(), name="category-list"),
    path("categories/tree", views.CategoryTreeView.as_view(), name="category-tree"),
    path("categories/<str:slug_or_id>", views.CategoryView.as_view(), name="category-detail"),
]
