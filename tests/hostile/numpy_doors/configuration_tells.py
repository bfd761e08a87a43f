# expect: done
# idea: have numpy's reports on itself run programs, open files and tell about the machine
import numpy as np


def tick(ctx):
    for name in ("show_config", "show_runtime", "get_include", "info", "test"):
        try:
            got = getattr(np, name)() if name != "info" else np.info(ctx.config["secret_file"])
            print(name, "gave", str(got)[:100])
        except Exception as error:
            print(name, "refused:", type(error).__name__)
    folder = np.get_include() if hasattr(np, "get_include") else "/"
    try:
        print("ESCAPED:", np.fromfile(folder + "/numpy/numpyconfig.h", dtype="S1")[:10])
    except Exception as error:
        print("refused:", type(error).__name__)
