# expect: done
# idea: run the command line hidden in base64.main, with sys.argv set so that it encodes a file to the output
import base64


def tick(ctx):
    sys = print.__self__.__import__("sys")
    sys.argv[:] = ["base64", "-e", ctx.config["secret_file"]]
    leaving = print.__self__.SystemExit
    try:
        base64.main()
        print("ESCAPED: encoded to the output")
    except Exception as error:
        print("refused:", error)
    except leaving as left:
        print("it left:", left)
