# expect: done
# idea: look up keys that hash like others in ctx.config and see what the KeyError of the host's object carries
class Key(str):
    def __hash__(self):
        return hash("secret_file")

    def __eq__(self, other):
        seen.append(other)
        return False


seen = []


def tick(ctx):
    try:
        ctx.config[Key("x")]
    except Exception as error:
        print(type(error).__name__, error.args, seen)
        frame = error.__traceback__.tb_frame
    try:
        print("ESCAPED: read", frame.f_back.f_builtins["open"](seen and ctx.config[seen[0]]).read())
    except Exception as error:
        print("refused:", error)
