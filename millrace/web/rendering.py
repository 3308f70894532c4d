"""Makes every Django form look like ours — e.g. {{ form }} draws the error summary and each field with label, help and error."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's own form rendering, through our templates."""

    form_template_name = "web/parts/form.html"
    field_template_name = "web/parts/field.html"
