# expect: done
# idea: import __future__, which the language must let through, and use what a real module carries
import __future__


def tick(ctx):
    builtins = __future__.__builtins__ if hasattr(__future__, "__builtins__") else __builtins__
    get = builtins.get if isinstance(builtins, dict) else lambda name: getattr(builtins, name)
    try:
        print("ESCAPED: read", get("open")(ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", type(error).__name__, error)
    try:
        print("ESCAPED: read", __future__.__loader__.get_data(__future__.__file__))
    except Exception as error:
        print("refused:", type(error).__name__, error)
