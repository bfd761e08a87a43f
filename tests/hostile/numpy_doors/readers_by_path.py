# expect: done
# idea: read the secret file with each of numpy's readers that take a path
import numpy as np


def tick(ctx):
    path = ctx.config["secret_file"]
    doors = {
        "load": lambda: np.load(path, allow_pickle=True),
        "fromfile": lambda: np.fromfile(path, dtype="S1"),
        "loadtxt": lambda: np.loadtxt(path, dtype=str),
        "genfromtxt": lambda: np.genfromtxt(path, dtype=str),
        "fromregex": lambda: np.fromregex(path, "(.+)", [("all", "U200")]),
        "memmap": lambda: np.memmap(path, mode="r"),
        "open_memmap": lambda: np.lib.format.open_memmap(path),
        "rec.fromfile": lambda: np.rec.fromfile(path, formats="S36"),
    }
    for name in doors:
        try:
            print("ESCAPED:", name, doors[name]().tolist())
        except Exception as error:
            print(name, "refused:", type(error).__name__)
