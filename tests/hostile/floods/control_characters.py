# expect: done
# idea: log terminal commands, carriage returns, bells, bidirectional marks, nulls and lone surrogates
def tick(ctx):
    for text in (
        "\x1b[2J\x1b[H\x1b]0;owned\x07",
        "\x1b]52;c;aWQ=\x07\x1bP+q\x1b\\",
        "first\rsecond\x08\x08\x08",
        "\u202e\u2066reversed\u2069\x85\u2028next\u2029",
        "\0null\x00",
        "\ud800\udfff\udcff",
        "\n" * 10_000,
        "\r\n\v\f\x1c\x1d\x1e",
        "<script>alert(1)</script>{{7*7}}${jndi:ldap://127.0.0.1/}%n%s",
    ):
        print(text)
        ctx.log.info(text)
        ctx.log.error(text)
        ctx.state.set("text " + text[:20].replace("\ud800\udfff\udcff", ""), text.replace("\ud800\udfff\udcff", ""))
