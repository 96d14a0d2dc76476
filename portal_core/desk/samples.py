"""The samples of a new portal: put in with one click, removed with another."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal_core.accounts import playing
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.sampling.filling import NoSamples
from portal_core.sampling.filling import fill as put_samples_in
from portal_core.sampling.removing import remove as remove_samples
from portal_core.sampling.removing import samples


@require_POST
@staff_page("manage_setup")
def fill(request: PersonRequest) -> HttpResponse:
    """`/desk/first-steps/samples/`: puts them in, and leads to the queue in which they stand."""
    try:
        count = put_samples_in(actor=request.actor)
    except NoSamples:
        messages.info(request, "Nothing was put in: the samples are there already, or your portal has outgrown them.")
        return redirect("desk:first_steps")
    messages.success(request, f"{count} sample requests stand in your queue. Nobody was told of them.")
    return redirect("desk:queue")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def remove(request: PersonRequest) -> HttpResponse:
    """`/desk/first-steps/samples/remove/`: says what would go, and asks; then removes it and says what it was."""
    if request.method != "POST":
        found = samples()
        if not found.names:
            return redirect("desk:first_steps")
        return render(request, "desk/remove_samples.html", {"samples": found})
    removed = remove_samples(actor=request.actor)
    playing.stop(request)
    if removed.names:
        messages.success(request, f"Removed: {removed.words}. Everything that is left is real.")
    else:
        messages.info(request, "There was no sample data left to remove.")
    return redirect("desk:first_steps")
