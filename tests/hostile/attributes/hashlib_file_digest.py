# expect: done | error AttributeError
# idea: have hashlib.file_digest read a real file through an object of ours that opens it, and print its digest
import hashlib


def tick(ctx):
    io = hashlib.new.__globals__["__builtins__"]["__import__"]("_io")
    try:
        with io.FileIO(ctx.config["secret_file"]) as file:
            print("ESCAPED: digest", hashlib.file_digest(file, "sha256").hexdigest())
    except Exception as error:
        print("refused:", error)

    class Keeper:
        kept = None

        def readable(self):
            return True

        def readinto(self, buffer):
            if Keeper.kept is not None:
                return 0
            Keeper.kept = buffer
            return 3

    print(hashlib.file_digest(Keeper(), "md5").hexdigest())
    print("kept a view of", len(Keeper.kept), "bytes")
