# expect: done
# idea: let copy.copy and copy.deepcopy call an opener that __reduce__ names
import copy


class Opens:
    def __init__(self, door, path):
        self.door, self.path = door, path

    def __reduce__(self):
        return self.door, (self.path,)


def tick(ctx):
    builtins = copy.deepcopy.__globals__["__builtins__"]
    path = ctx.config["secret_file"]
    for door in (builtins["open"], builtins["__import__"]("os").scandir, builtins["__import__"]("io").FileIO):
        for way in (copy.copy, copy.deepcopy):
            try:
                print("ESCAPED: opened", list(way(Opens(door, path if door is builtins["open"] else ctx.config["folder"]))))
            except Exception as error:
                print("refused:", type(error).__name__, error)
