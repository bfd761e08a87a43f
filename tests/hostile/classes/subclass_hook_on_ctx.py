# expect: done
# idea: make a subclass of each class of ctx whose __init_subclass__ and __new__ are the host's own functions with our arguments
def tick(ctx):
    asked = []

    def ask(call):
        asked.append(type(call).__name__)
        return b'{"content": "made up"}'

    for kind in (type(ctx.state), type(ctx.log), type(ctx)):
        class Child(kind):
            def __init_subclass__(cls, **more):
                print("hook", cls.__name__, more)

        class Grandchild(Child, word=1):
            pass

        print(Grandchild.__mro__[2].__name__)
    fake = type(ctx)(ask, ctx.log, b'{"a": 1}', {"own": ("call",)}, ("files", "llm"))
    print(fake.files.read("x"), fake.own.call(1), fake.state.get("k"), fake.config, asked)
    fake = type(ctx)(ctx.state._ask, ctx.log, b"{}", {"own": ("call",)}, ("files",))
    for act in (lambda: fake.files.read(ctx.config["secret_file"]), lambda: fake.own.call(), lambda: fake.files.list("/")):
        try:
            print("ESCAPED:", act())
        except Exception as error:
            print("refused:", error)
