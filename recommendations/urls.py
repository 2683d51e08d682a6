"""Addresses of recommending, below /api/v1. Some look like a lower floor's, and stand where what they read is known."""

from django.urls import path

from recommendations.views import people, products, swiping

app_name = "recommendations"
urlpatterns = [
    path("recommendations", people.RecommendationsView.as_view(), name="recommendation-list"),
    path("recommendations/generate", people.GenerateView.as_view(), name="recommendation-generate"),
    path(
        "recommendations/<str:recommendation_id>/interact",
        people.InteractView.as_view(),
        name="recommendation-interact",
    ),
    path("recommendations/<str:recommendation_id>/why", people.WhyView.as_view(), name="recommendation-why"),
    path("products/similar/<uuid:product_id>", products.SimilarView.as_view(), name="product-similar"),
    path("products/trending", products.TrendingView.as_view(), name="product-trending"),
    path("products/recommendations", products.RecommendedView.as_view(), name="product-recommended"),
    path("swipes/sessions/<uuid:session_id>/deck", swiping.DeckView.as_view(), name="session-deck"),
    path("swipes/interactions", swiping.SwipesView.as_view(), name="swipe-record"),
]
