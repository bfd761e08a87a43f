# expect: error ImportError
# idea: start a program by each function that Python has for it, but exec
# full: done
import os
import subprocess

doors = (
    lambda: os.system("true"),
    lambda: os.popen("id").read(),
    lambda: os.posix_spawn("/bin/true", ["true"], {}),
    lambda: os.spawnv(os.P_WAIT, "/bin/true", ["true"]),
    lambda: subprocess.run(["/bin/true"], check=True),
    lambda: subprocess.Popen(["/bin/true"], close_fds=False),
    lambda: subprocess.check_output("id", shell=True),
    lambda: os.forkpty(),
    lambda: os.fork(),
)
for number, door in enumerate(doors):
    try:
        found = door()
        print("ESCAPED: started" if found not in (-1, 127, 32512) else "gave", number, found)
    except OSError as error:
        print("refused:", number, error.errno)
