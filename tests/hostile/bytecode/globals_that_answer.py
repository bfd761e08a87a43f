# expect: done
# idea: run code with globals and builtins that are dictionaries of our own class, which answer for every name
class Space(dict):
    def __missing__(self, name):
        asked.append(name)
        return print.__self__.__dict__[name]

    def __getitem__(self, name):
        asked.append(name)
        return dict.get(self, name) or self.__missing__(name)


asked = []


def tick(ctx):
    def template(path):
        return unknown(path)

    code = template.__code__.replace(co_names=("open",))
    make = type(template)
    for space in (Space(), {"__builtins__": Space()}, Space(__builtins__=Space()), {"__builtins__": None}):
        try:
            print("ESCAPED: read", make(code, space)(ctx.config["secret_file"]).read())
        except Exception as error:
            print("refused:", type(error).__name__, error)
    try:
        print.__self__.exec(code, Space())
    except Exception as error:
        print("refused:", error)
    print(asked)
