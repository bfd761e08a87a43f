# expect: done
# idea: follow __context__ from the error that ctx raises about bad JSON to the one it hides, and into the encoder's frames
class Odd:
    shape = ()

    def item(self):
        raise KeyError("inside the host's code")


def tick(ctx):
    for value in (Odd(), {1, 2}, float("nan")):
        try:
            ctx.state.set("k", value)
        except Exception as error:
            chain = []
            while error is not None:
                trail = error.__traceback__
                while trail is not None:
                    chain.append(trail.tb_frame)
                    trail = trail.tb_next
                error = error.__context__
            print([frame.f_code.co_name for frame in chain])
    for frame in chain:
        json = frame.f_globals.get("json")
        if json is not None:
            codecs = json.codecs
            try:
                print("ESCAPED: read", codecs.open(ctx.config["secret_file"]).read())
            except Exception as error:
                print("refused:", error)
