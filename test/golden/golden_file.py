"""How scripts write the values of a library to a JSON file, or compare them with it."""
import json
import sys


def close(a, b):
    if isinstance(a, dict):
        return all(close(a[key], b[key]) for key in a if key not in ("torch", "keras"))
    if isinstance(a, list):
        return len(a) == len(b) and all(map(close, a, b))
    return abs(a - b) <= 1e-9 + 1e-7 * abs(b) if isinstance(a, float) else a == b


def write_or_check(file, made, indent=1):
    """Writes the file, or with --check compares with it."""
    if "--check" in sys.argv:
        if not close(json.loads(json.dumps(made)), json.loads(file.read_text())):
            sys.exit(f"{file.name} has other values")
        print(f"{file.name} holds")
    else:
        file.write_text(json.dumps(made, indent=indent) + "\n")
