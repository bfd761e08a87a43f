# expect: error ImportError
# idea: fetch over HTTP with the library that comes with Python
# full: done
import urllib

try:
    from urllib import request

    for address in (f"http://127.0.0.1:{ctx.config['tcp']}/", "file://" + ctx.config["secret_file"], "data:,x"):
        try:
            got = request.urlopen(address, timeout=1).read()
            print("ESCAPED: fetched" if got != b"x" else "data is no traffic", got)
        except OSError as error:
            print("refused:", error)
except ImportError as error:
    print("not there:", error, urllib.__name__)
