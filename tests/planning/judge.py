"""An independent judge of plans: `python -m tests.planning.judge instance.json plan.json`.

Standard library only, no code of the house; every rule is written from the interchange format alone, over raw JSON.
"""

import datetime as D
import json
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

SCORES = (
    "attendance",
    "fairness",
    "urgency",
    "waiting",
    "travel",
    "far_row",
    "cadence",
    "weekday",
    "school",
    "substitute",
    "stability",
)


class Judge:
    def __init__(self, x: Any) -> None:
        if x.get("format") != "bourse-instance/1":
            raise ValueError("not a bourse-instance/1 document")
        self.x = x
        self.slot = {s["id"]: i for i, s in enumerate(x["slots"])}
        self.day = [D.date.fromisoformat(s["start"][:10]) for s in x["slots"]]
        self.site = {s["id"]: i for i, s in enumerate(x["sites"])}
        self.comp = {c["id"]: c for c in x["companies"]}
        self.fac = {f["id"]: (set(f["unavailable"]), f.get("max_per_week")) for f in x["facilitators"]}
        self.club = {k["id"]: k for k in x["clubs"]}
        self.start = D.date.fromisoformat(x["season"]["start"])
        self.end = D.date.fromisoformat(x["season"]["end"])
        self.today = D.date.fromisoformat(x["today"])
        self.first = self.today + D.timedelta(x["notice_days"])
        self.fixed = {(m["club"], m["slot"], m["host"], m["facilitator"]) for m in x.get("fixed", [])}
        self.fixed3 = {m[:3] for m in self.fixed}
        self.pub = defaultdict(list)
        for m in x.get("published", []):
            self.pub[m["club"]].append(m)
        self.pubslots = {(m["club"], m["slot"]) for m in x.get("published", [])}
        self.weekdays = len(
            {self.day[i].isoweekday() for i, s in enumerate(x["slots"]) if "public_holiday" not in s["tags"]}
        )
        self.hosts = {k["id"]: {h["company"]: h for h in k["hosts"]} for k in x["clubs"]}
        self.closed = {(k["id"], h["company"]): set(h["closed"]) for k in x["clubs"] for h in k["hosts"]}

    def km(self, a, b):
        return self.x["km"][self.site[self.comp[a]["site"]]][self.site[self.comp[b]["site"]]]

    def presence(self, k, m, i, host):
        """percent chance that member m attends at slot index i with that host; None: excused (competitor)"""
        if host in self.comp[m["company"]]["competitors"] or m["company"] in self.comp[host]["competitors"]:
            return None
        a = m["answers"][i]
        return 100 if m["company"] == host and a != "N" else self.x["p"][a]

    def pair_problems(self, k, sid, host):
        """unary hard rules on (club, slot, host), facilitator aside; list of rule names broken"""
        i, bad = self.slot[sid], []
        s, h = self.x["slots"][i], self.hosts[k["id"]][host]
        if "public_holiday" in s["tags"]:
            bad.append("holiday")
        if k["school_holidays"] == "forbid" and "school_holiday" in s["tags"]:
            bad.append("school")
        if not self.start <= self.day[i] <= self.end:
            bad.append("season")
        if self.day[i] < self.today or (self.day[i] < self.first and (k["id"], sid) not in self.pubslots):
            bad.append("notice")
        if sid in self.closed[k["id"], host] or not any(
            m["company"] == host and m["answers"][i] != "N" for m in k["members"]
        ):
            bad.append("host")
        p = [(m, self.presence(k, m, i, host)) for m in k["members"]]
        if sum(q for _, q in p if q is not None) < 100 * k["quorum"]:
            bad.append("quorum")
        if sum(1 for m, q in p if q is not None and m["answers"][i] == "Y") > h["capacity"]:
            bad.append("capacity")
        return bad

    def able(self, k, host):
        return any(
            not self.pair_problems(k, s["id"], host) and any(s["id"] not in self.fac[f][0] for f in k["facilitators"])
            for s in self.x["slots"]
        )

    def is_far(self, k, host):
        others = [m for m in k["members"] if m["company"] != host]
        return sum(self.km(m["company"], host) for m in others) >= k["far_km"] * max(1, len(others))

    def judge(self, meetings: Any) -> Any:  # noqa: PLR0912, PLR0915  (one rule after the other, as the format lists them)
        x, hard = self.x, []
        per = defaultdict(list)
        for m in meetings:
            k: Any = self.club.get(m.get("club"))
            if (
                k is None
                or m.get("slot") not in self.slot
                or m.get("host") not in self.hosts[k["id"]]
                or m.get("facilitator") not in self.fac
            ):
                past = k and (m["club"], m["slot"], m["host"], m["facilitator"]) in self.fixed
                if not past:
                    hard.append(("unknown", str(m)))
                    continue
            per[k["id"]].append(m)
        booked = defaultdict(list)
        for m in (m for ms in per.values() for m in ms):
            booked[m["facilitator"]].append(m["slot"])
        for f, sl in booked.items():
            sl.sort(key=lambda s: x["slots"][self.slot[s]]["start"])
            for a, b in pairwise(sl):
                if x["slots"][self.slot[b]]["start"] < x["slots"][self.slot[a]]["end"]:
                    hard.append(("double", f"{f} {a} {b}"))
            if self.fac[f][1]:
                for w, n in Counter(self.day[self.slot[s]].isocalendar()[:2] for s in sl).items():
                    if n > self.fac[f][1]:
                        hard.append(("week", f"{f} {w}"))
        have = {(m["club"], m["slot"], m["host"], m["facilitator"]) for m in meetings}
        for m in self.fixed - have:
            hard.append(("fixed", str(m)))
        tot, detail = Counter(dict.fromkeys(SCORES, 0)), {}
        att = seats = 0
        for k in x["clubs"]:
            ms = sorted(per[k["id"]], key=lambda m: self.slot[m["slot"]])
            sc, absent = Counter(dict.fromkeys(SCORES, 0)), {m["id"]: 0 for m in k["members"]}
            if len(ms) != k["meetings"]:
                hard.append(("meetings", f"{k['id']} {len(ms)} of {k['meetings']}"))
            for h, n in Counter(m["host"] for m in ms).items():
                if n > 1:
                    hard.append(("once", f"{k['id']} {h}"))
            free = [m for m in ms if (m["club"], m["slot"], m["host"]) not in self.fixed3]
            hosting = {m["host"] for m in ms}
            if any(self.hosts[k["id"]][m["host"]]["waited"] == 0 for m in free):
                for c, h in self.hosts[k["id"]].items():
                    if h["waited"] >= 1 and c not in hosting and self.able(k, c):
                        hard.append(("rotation", f"{k['id']} {c} still waits"))
            for m in free:
                for r in self.pair_problems(k, m["slot"], m["host"]):
                    hard.append((r, f"{k['id']} {m['slot']} {m['host']}"))
                if m["facilitator"] not in k["facilitators"] or m["slot"] in self.fac[m["facilitator"]][0]:
                    hard.append(("facilitator", f"{k['id']} {m['slot']} {m['facilitator']}"))
            for m in ms:
                i, h = self.slot[m["slot"]], m["host"]
                got = 0
                for mb in k["members"]:
                    q = self.presence(k, mb, i, h)
                    if q is None:
                        continue
                    got += q
                    absent[mb["id"]] += 100 - q
                    sc["travel"] += self.km(mb["company"], h)
                att += got
                seats += 100 * len(k["members"])
                sc["attendance"] += 100 * len(k["members"]) - got
                sc["school"] += k["school_holidays"] == "penalise" and "school_holiday" in x["slots"][i]["tags"]
                sc["substitute"] += m["facilitator"] != k["facilitators"][0]
            for a in absent.values():
                sc["fairness"] += sum(max(0, a - t * k["meetings"]) for t in x["fairness_steps"])
            span = (self.end - self.start).days // 7 + 4
            when = {m["host"]: (self.day[self.slot[m["slot"]]] - self.start).days // 7 for m in ms}
            for c, h in self.hosts[k["id"]].items():
                sc["urgency"] += h["urgency"] * when.get(c, span)
                sc["waiting"] += h["waited"] * when.get(c, span)
            for a, b in pairwise(ms):
                g = (self.day[self.slot[b["slot"]]] - self.day[self.slot[a["slot"]]]).days
                if g < k["min_gap_days"]:
                    hard.append(("gap", f"{k['id']} {a['slot']} {b['slot']} {g} days"))
                sc["cadence"] += max(0, abs(g - k["target_gap_days"]) - k["gap_tolerance_days"])
                sc["far_row"] += self.is_far(k, a["host"]) and self.is_far(k, b["host"])
            even = -(-k["meetings"] // self.weekdays)
            sc["weekday"] += sum(
                max(0, n - even) for n in Counter(self.day[self.slot[m["slot"]]].isoweekday() for m in ms).values()
            )
            pairs, used = {(m["slot"], m["host"]) for m in ms}, {m["slot"] for m in ms}
            for p in self.pub[k["id"]]:
                left = (self.day[self.slot[p["slot"]]] - self.today).days
                if left >= 0:
                    w = (4 if left <= 30 else 2 if left <= 90 else 1) * (10 + p["accepted"])
                    sc["stability"] += w * ((p["slot"] not in used) + ((p["slot"], p["host"]) not in pairs))
            tot.update(sc)
            v = sorted(absent.values(), reverse=True)
            detail[k["id"]] = {
                "cost": sum(x["weights"][n] * sc[n] for n in SCORES),
                "scores": dict(sc),
                "absences": v,
                "kept": [sum((p["slot"], p["host"]) in pairs for p in self.pub[k["id"]]), len(self.pub[k["id"]])],
            }
        allabs = [a / max(1, self.club[k]["meetings"]) for k, d in detail.items() for a in d["absences"]]
        n, s1, s2 = len(allabs), sum(allabs), sum(a * a for a in allabs)
        return {
            "hard": len(hard),
            "broken": [list(h) for h in hard[:50]],
            "objective": sum(x["weights"][n] * tot[n] for n in SCORES),
            "scores": dict(tot),
            "attendance_pct": round(100 * att / max(1, seats), 2),
            "worst_absence_pct": round(max(allabs), 1),
            "over40": sum(a > 40 for a in allabs),
            "members": n,
            "p90_absence_pct": round(sorted(allabs)[int(0.9 * (n - 1))], 1),
            "jain": round(s1 * s1 / (n * s2), 4) if s2 else 1.0,
            "clubs": detail,
        }


def evaluate(x: Any, plan: Any) -> Any:
    return Judge(x).judge(plan["meetings"])


if __name__ == "__main__":
    r = evaluate(*(json.loads(Path(name).read_text()) for name in sys.argv[1:3]))
    if "-v" not in sys.argv:
        r.pop("clubs")
    json.dump(r, sys.stdout, indent=1)
    print()
    sys.exit(1 if r["hard"] else 0)
