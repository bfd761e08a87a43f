# expect: done
# idea: have sorted call link, rename and symlink on pairs of paths through functools.cmp_to_key
import functools


def tick(ctx):
    os = sorted.__self__.__import__("os")
    there = ctx.config["folder"] + "/sorted"
    for call in (os.link, os.rename, os.symlink):
        try:
            sorted([there, ctx.config["secret_file"]], key=functools.cmp_to_key(call))
        except TypeError:
            print("ESCAPED: the call went through")
        except Exception as error:
            print("refused:", error)
