"""The addresses of this desk: the assessor's reviews — e.g. proposals waiting for a declaration of interest."""

from django.urls import path

from millrace.desks.assessor import pages

app_name = "assessor_desk"
urlpatterns = [
    path("reviews/", pages.reviews, name="reviews"),
    path("reviews/queues/<str:queue>/", pages.reviews, name="queue"),
]
