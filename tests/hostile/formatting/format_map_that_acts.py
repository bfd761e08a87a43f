# expect: done
# idea: give format_map a mapping that opens whatever file the template names
class Doors:
    def __getitem__(self, name):
        return print.__self__.open(name).read()


def tick(ctx):
    try:
        print("ESCAPED: read", ("{" + ctx.config["secret_file"] + "}").format_map(Doors()))
    except Exception as error:
        print("refused:", error)
    try:
        print("ESCAPED: read", "{0[/etc/passwd]}".format(Doors()))
    except Exception as error:
        print("refused:", error)
