"""What a year of polling costs a source, and how soon its entries are found.

Run: python -m bench.year. Nothing is asked: made-up sources meet the real decisions of when to ask.
"""

from datetime import timedelta
from statistics import median

from tests.year import START, YEAR, Site, every, live, working_days

DAY = timedelta(days=1)
SITES = {
    "every 20 minutes": Site(tuple(every(timedelta(minutes=20))), shows=50),
    "every hour": Site(tuple(every(timedelta(hours=1)))),
    "every 6 hours": Site(tuple(every(timedelta(hours=6)))),
    "working days": Site(tuple(working_days(10))),
    "every week": Site(tuple(every(7 * DAY))),
    "every month": Site(tuple(every(30 * DAY))),
    "working days, 304 for ever": Site(tuple(working_days(10)), stuck=True),
    "frozen before the year": Site(tuple(m for m in working_days(10) if m < START)),
}


def main() -> None:
    print(f"{'source':28}{'requests a day':>18}{'at most':>9}{'found after':>14}{'at most':>9}")
    for name, site in SITES.items():
        diary = live(site)
        days = [diary.asked_between(START + n * DAY, START + (n + 1) * DAY) for n in range(7, 365)]
        waits = [
            diary.seen_at[moment] - moment
            for moment in site.published
            if START + 7 * DAY <= moment < START + YEAR - 2 * DAY
        ]
        found = (f"{_hours(median(waits))} h", f"{_hours(max(waits))} h") if waits else ("", "")
        mean = sum(days) / len(days)
        print(f"{name:28}{mean:18.1f}{max(days):9}{found[0]:>14}{found[1]:>9}")


def _hours(wait: timedelta) -> str:
    return f"{wait.total_seconds() / 3600:.1f}"


if __name__ == "__main__":
    main()
