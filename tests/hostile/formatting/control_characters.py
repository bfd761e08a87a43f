# expect: done
# idea: write log lines that look like other lines, levels and terminals when they are shown
def tick(ctx):
    for text in (
        "\x1b]0;title\x07\x1b[2J\x1b[1;1Hroot@host:~# ",
        "\r2031-01-01 INFO host stopped",
        "\x00\x01\x7f\x9b31m\u202egnp.exe\u2066\u2028new line\u2029",
        "\x1bP+q544e\x1b\\\x1b[6n\x1b[c",
        "a\x0bb\x0cc\x85d\x1ce",
        "\U000e0041\ufeff\u200b\ud800\udfff",
    ):
        print(text)
        ctx.log.error(text)
        ctx.log.info(text.encode("utf-8", "replace"))
