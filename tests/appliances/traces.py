"""Writes the appliance recordings that the package antgen ships as load traces of a room.

    traces.py FOLDER

antgen (MIT) holds piecewise fits to recordings of single appliances, second by second: of the Tracebase and
ECO households, active power only. Reactive power is added here by the kind of the appliance, as its power
factor usually is. Each trace begins with a room at rest and ends with one.
"""

import importlib.util
import math
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

# Kind: its power factor; negative: leading. What is not here does not stand in a dormitory.
KINDS = {
    "KETTLE": 1.0,
    "COFFEEMAKER": 1.0,
    "TOASTER": 1.0,
    "IRON": 1.0,
    "COOKINGSTOVE": 1.0,
    "PC": -0.95,
    "PRINTER": 0.99,
    "TV": -0.95,
    "AMPLIFIER": -0.7,
    "CDPLAYER": -0.6,
    "REFRIGERATOR": 0.75,
    "FREEZER": 0.75,
    "BREADCUTTER": 0.85,
    "VACUUMCLEANER": 0.94,
}
# Two notebooks and a lamp.
BASE_W, BASE_VAR = 135.0, -150.0
REST_S = 20
LONGEST_S = 600


def number(load, name, otherwise=None):
    value = load.find(name)
    return otherwise if value is None else float(value.get("value"))


def watts(load, count):
    """The power of a piece, one number a second."""
    kind = load.get("type")
    if kind == "ON_OFF":
        return [number(load, "onPower")] * count
    if kind == "LINEAR":
        start, end = number(load, "startPower"), number(load, "endPower")
        return [start + (end - start) * at / max(count - 1, 1) for at in range(count)]
    if kind == "ON_OFF_DECAY":
        steady, peak, rate = (number(load, n) for n in ("activePower", "peakPower", "decayRate"))
        return [steady + (peak - steady) * math.exp(-rate * at) for at in range(count)]
    if kind == "ON_OFF_GROWTH":
        base, rate = number(load, "basePower"), number(load, "growthRate")
        stretch = number(load, "stretchFactor", 1.0)
        return [base + rate * math.log(stretch * (at + 1)) for at in range(count)]
    raise ValueError(f"an unknown kind of piece: {kind}")


def trace(file):
    profile = ElementTree.parse(file).getroot()
    duration = int(profile.get("duration"))
    power = []
    for load in profile.findall("load"):
        power += watts(load, round(number(load, "duration") * duration))
    return [max(power_w, 0.0) for power_w in power[:LONGEST_S]]


def main():
    folder = pathlib.Path(sys.argv[1])
    package = pathlib.Path(importlib.util.find_spec("antgen").submodule_search_locations[0])
    for kind, factor in KINDS.items():
        for file in sorted((package / "appliances" / kind).glob("*/*")):
            share = math.copysign(math.tan(math.acos(abs(factor))), factor)
            at_rest = [0.0] * REST_S
            name = f"{kind}-{file.parent.name}-{file.name}.csv"
            with open(folder / name, "w", encoding="ascii") as out:
                out.write("seconds,active_power_w,reactive_power_var\n")
                for second, power_w in enumerate(at_rest + trace(file) + at_rest):
                    reactive = BASE_VAR + power_w * share
                    out.write(f"{second},{BASE_W + power_w:.1f},{reactive:.1f}\n")


main()
