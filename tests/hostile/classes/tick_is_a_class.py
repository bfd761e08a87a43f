# expect: done
# idea: make tick a class whose construction is the attack and whose signature cannot be looked at
class Meta(type):
    def __call__(cls, *arguments):
        ctx = arguments[0]
        try:
            print("ESCAPED: read", print.__self__.open(ctx.config["secret_file"]).read())
        except Exception as error:
            print("refused:", error)
        return tick

    def __getattribute__(cls, name):
        if name == "__class__":
            return Meta
        raise ValueError(name)


class tick(metaclass=Meta):
    pass
