# expect: done
# idea: leave a file in the host's folder with each of numpy's writers
import numpy as np


def tick(ctx):
    data = np.arange(4)
    target = ctx.config["folder"] + "/made-by-numpy"
    doors = {
        "save": lambda: np.save(target, data),
        "savez": lambda: np.savez(target, data),
        "savez_compressed": lambda: np.savez_compressed(target, data),
        "savetxt": lambda: np.savetxt(target, data),
        "tofile": lambda: data.tofile(target),
        "dump": lambda: data.dump(target),
        "memmap": lambda: np.memmap(target, mode="w+", shape=(4,)),
    }
    for name in doors:
        try:
            doors[name]()
            print("ESCAPED: wrote with", name)
        except Exception as error:
            print(name, "refused:", type(error).__name__)
