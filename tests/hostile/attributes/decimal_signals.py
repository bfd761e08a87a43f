# expect: done
# idea: set limits on the decimal context that no number can have, then take an importer from the subclasses of its type's base
import decimal


def tick(ctx):
    context = decimal.getcontext()
    for name, value in (("prec", 10**30), ("Emax", -1), ("rounding", "x"), ("traps", {"x": 1}), ("clamp", 7)):
        try:
            type(context).__setattr__(context, name, value)
            print("took", name)
        except Exception as error:
            print("refused:", name, type(error).__name__)
    for kind in type(context).__base__.__subclasses__():
        if kind.__name__ == "BuiltinImporter":
            try:
                print("ESCAPED: made a pipe", kind.load_module("posix").pipe())
            except Exception as error:
                print("refused:", error)
