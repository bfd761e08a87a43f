# expect: done
# idea: run the command line hidden in base64.main, with sys.argv and a getopt of our own, so that it encodes a file to the output
import base64


def tick(ctx):
    sys = print.__self__.__import__("sys")
    fake = type(base64)("getopt")
    fake.getopt = lambda *_: ([("-e", "")], [ctx.config["secret_file"]])
    fake.error = KeyError
    sys.modules["getopt"] = fake
    leaving = print.__self__.SystemExit
    try:
        base64.main()
        print("ESCAPED: encoded to the output")
    except Exception as error:
        print("refused:", error)
    except leaving as left:
        print("it left:", left)
