# expect: done
# idea: have show_versions write a report on the machine into the host's folder, and run pandas' own tests
import pandas as pd


def tick(ctx):
    for target in (ctx.config["folder"] + "/versions.json", True, False):
        try:
            pd.show_versions(as_json=target)
            if target is not True and target:
                print("ESCAPED: wrote", target)
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:80])
    try:
        pd.test(["--version"])
        print("answered pd.test")
    except Exception.__base__ as error:
        print("refused:", type(error).__name__, str(error)[:80])
