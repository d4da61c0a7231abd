"""Quality against speed, as an SVG: `python tests/bench/picture.py FILE < points` (JSON: name, pages a second, F1).

Runs in the environment of the peers, which has matplotlib.
"""

import json
import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt

plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "copydesk", "font.family": "sans-serif", "font.size": 10})
figure, axes = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
for name, speed, f1 in json.load(sys.stdin):
    ours = name == "copydesk"
    axes.plot(speed, f1, "o", color="#b3261e" if ours else "#3d5a80", markersize=9 if ours else 6)
    axes.annotate(name, (speed, f1), xytext=(7, 4), textcoords="offset points", fontweight="bold" if ours else "normal")
axes.set_xscale("log")
axes.set_xlabel("pages a second, one core (logarithmic)")
axes.set_ylabel("mean page F1 of the body")
axes.set_title("Body F1 against speed, from HTML", loc="left")
axes.grid(alpha=0.3)
axes.margins(x=0.2, y=0.1)
figure.savefig(sys.argv[1], metadata={"Date": None})
