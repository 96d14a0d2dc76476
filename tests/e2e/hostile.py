"""Words that run where somebody forgot to escape them: each sets `window.harmed` when it does."""

_HARM = "window.harmed=1"

WORDS = (
    f"<script>{_HARM}</script>",
    f"<img src=x onerror={_HARM}>",
    f'"><svg onload={_HARM}>',
    f"' autofocus onfocus={_HARM} x='",
    f"</title></textarea></option><script>{_HARM}</script>",
    f"</script><script>{_HARM}</script>",
    f"[a](javascript:{_HARM})",
    f"{{{{ constructor.constructor('{_HARM}')() }}}}",
    "{% debug %}{{ settings.SECRET_KEY }}",
    f'<a href="javascript:{_HARM}">click</a>',
    f"<details open ontoggle={_HARM}>",
    f'<form hx-get="javascript:{_HARM}" hx-trigger="load" hx-on:load="{_HARM}">',
    "\u202eright to left\u202c and \u2066isolated\u2069",
    "W" * 120,
    "Zażółć gęślą jaźń 漢字 🧯 \u0301\u0301\u0301",
)
