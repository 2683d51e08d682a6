"""Addresses of swiping, below /api/v1."""

from django.urls import path

from swipes import views

app_name = "swipes"
urlpatterns = [
    path("swipes/sessions", views.SessionsView.as_view(), name="session-list"),
    path("swipes/sessions/<uuid:session_id>", views.SessionView.as_view(), name="session-detail"),
    path("swipes/interactions/<uuid:swipe_id>", views.SwipeView.as_view(), name="swipe-undo"),
    path("swipes/analytics", views.AnalyticsView.as_view(), name="taste-detail"),
    path("user-behavior/track", views.TrackView.as_view(), name="event-track"),
    path("user-behavior/history", views.HistoryView.as_view(), name="event-list"),
]
