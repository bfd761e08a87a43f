# expect: done
# idea: get the dictionary behind the read-only ctx.config through the comparison that the proxy passes on, and change it for later ticks
# ticks: 2
# source: pyjail-tricks
kept = []


class Thief:
    def __eq__(self, other):
        kept.append(other)
        return True


def tick(ctx):
    if not kept:
        print(ctx.config == Thief(), type(kept[0]))
        kept[0]["zygote"] = kept[0]["extra"] = "changed"
        try:
            ctx.config["extra"] = 1
        except Exception as error:
            print("refused:", error)
    print(ctx.config.get("extra"), ctx.config["zygote"])
    try:
        print("ESCAPED: read", print.__self__.open(ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
