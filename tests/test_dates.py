"""Dates as pages print them, and the lines that are nothing but dates."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks._dates import (
    TimestampLine,
    day_first_in,
    is_date_shaped,
    is_plausible,
    parse_date,
    read_dated_line,
    read_timestamp_line,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def read(raw: str, language: str | None = None, zone: str | None = None, **more):
    found = parse_date(raw, language, zone, NOW, **more)
    if found is None:
        return None
    at = found.at.isoformat().replace("+00:00", "Z")
    return at, found.on.isoformat(), found.precision, found.offset_minutes, found.basis


@pytest.mark.parametrize(
    ("raw", "at", "precision", "offset", "basis"),
    [
        ("2024-04-22T06:05:09+02:00", "2024-04-22T04:05:09Z", "second", 120, "offset"),
        ("2024-04-22T06:05:09.123456Z", "2024-04-22T06:05:09Z", "second", 0, "offset"),
        ("2024-04-22T06:05-0400", "2024-04-22T10:05:00Z", "minute", -240, "offset"),
        ("2024-04-22 06:05:00 -0400", "2024-04-22T10:05:00Z", "second", -240, "offset"),
        ("2024-04-22T06:05:00+01:00[Europe/London]", "2024-04-22T05:05:00Z", "second", 60, "offset"),
        ("Mon, 22 Apr 2024 06:00:00 +0200", "2024-04-22T04:00:00Z", "second", 120, "offset"),
        ("Mon Apr 22 06:00:00 +0000 2024", "2024-04-22T06:00:00Z", "second", 0, "offset"),
        ("1713765600", "2024-04-22T06:00:00Z", "second", 0, "offset"),
        ("1713765600000", "2024-04-22T06:00:00Z", "second", 0, "offset"),
        ("15/03/2014 02:32 GMT", "2014-03-15T02:32:00Z", "minute", 0, "zone"),
        ("Friday 15 June 2018 13:03 BST", "2018-06-15T12:03:00Z", "minute", 60, "zone"),
        ("3 March 2021, 14:05 EST", "2021-03-03T19:05:00Z", "minute", -300, "zone"),
        ("Published 11:11 PM EST Nov 19, 2019", "2019-11-20T04:11:00Z", "minute", -300, "zone"),
        ("March 3, 2021 at 2:05 p.m. ET", "2021-03-03T19:05:00Z", "minute", -300, "zone"),
        ("July 3, 2021 at 2:05 p.m. EST", "2021-07-03T18:05:00Z", "minute", -240, "zone"),
        ("3 July 2021 14:05 CET", "2021-07-03T12:05:00Z", "minute", 120, "zone"),
        ("3 July 2021 14:05 Europe/London", "2021-07-03T13:05:00Z", "minute", 60, "zone"),
        ("3 July 2021 2pm Pacific Time", "2021-07-03T21:00:00Z", "minute", -420, "zone"),
        ("22/4/2024, 06:00 (GMT+7)", "2024-04-21T23:00:00Z", "minute", 420, "offset"),
        ("2024年4月22日 6時05分", "2024-04-22T06:05:00Z", "minute", None, "assumed_utc"),
        ("2024.04.22. 오후 7:10", "2024-04-22T19:10:00Z", "minute", None, "assumed_utc"),
        ("22 avril 2024 à 06h05", "2024-04-22T06:05:00Z", "minute", None, "assumed_utc"),
        ("22.04.2024, 06:05 Uhr", "2024-04-22T06:05:00Z", "minute", None, "assumed_utc"),
        ("22.4.2024 klo 6.05", "2024-04-22T06:05:00Z", "minute", None, "assumed_utc"),
        ("Mon 22 Apr 2024 12.01 BST", "2024-04-22T11:01:00Z", "minute", 60, "zone"),
        ("22 Απριλίου 2024, 10:30 μ.μ.", "2024-04-22T22:30:00Z", "minute", None, "assumed_utc"),
    ],
)
def test_times_are_read_in_their_zone(raw, at, precision, offset, basis):
    found = read(raw)
    assert found is not None
    assert (found[0], *found[2:]) == (at, precision, offset, basis)


@pytest.mark.parametrize(
    "raw",
    [
        "2024-04-22", "20240422", "22/04/2024", "22.04.2024", "22. 4. 2024", "2024/4/22", "22-Apr-2024", "Apr 22 '24",
        "22nd April 2024", "April 22nd, 2024", "Monday, April 22, 2024", "22. April 2024", "le 22 avril 2024",
        "22 de abril de 2024", "22 aprile 2024", "22 апреля 2024 г.", "22 kwietnia 2024", "22. dubna 2024",
        "2024. április 22.", "2024 m. balandžio 22 d.", "2024. gada 22. aprīlis", "22 Nisan 2024", "22 Απριλίου 2024",
        "٢٢ أبريل ٢٠٢٤", "22 באפריל 2024".replace("ב", "", 1), "22 अप्रैल 2024", "२२ अप्रैल २०२४", "২২ এপ্রিল ২০২৪",
        "22 เมษายน 2567", "22 tháng 4, 2024", "2024年4月22日", "令和6年4月22日", "2024년 4월 22일", "22 april 2024",
        "22/4 2024", "22/4-2024", "22 באפריל 2024", "22 نيسان 2024", "2024ko apirilaren 22a",
        "2024 жылғы 22 сәуір", "22 เม.ย. 67", "22 เมษายน พ.ศ. 2567", "۳ اردیبهشت ۱۴۰۳", "中華民國113年4月22日",
        "22 એપ્રિલ 2024", "22 ഏപ്രിൽ 2024", "22. aprila 2024", "22 de abril del 2024", "2024 оны 4 сарын 22",
        "22. huhtikuuta 2024", "22 квітня 2024", "22 април 2024", "22 aprilie 2024", "22 d’abril de 2024",
    ],
)  # fmt: skip
def test_a_day_without_a_time_is_midnight_utc_and_needs_no_zone(raw):
    assert read(raw, None, "Asia/Tokyo") == ("2024-04-22T00:00:00Z", "2024-04-22", "day", None, None)


@pytest.mark.parametrize(
    "raw",
    ["3 hours ago", "yesterday", "vor 3 Stunden", "March 2021", "2021", "22 April", "14:05", "", "gestern um 14:05",
     "31/02/2014", "45 March 2021", "no date here", "99999", "12/2021"],
)  # fmt: skip
def test_what_names_no_day_gives_no_date(raw):
    assert read(raw) is None


@pytest.mark.parametrize(
    ("raw", "day"),
    [("۱ فروردین ۱۴۰۳", "2024-03-20"), ("۳۰ اسفند ۱۴۰۳", "2025-03-20"), ("۱ فروردین ۱۴۰۴", "2025-03-21"),
     ("۳۱ شهریور ۱۳۵۹", "1980-09-22"), ("۱۴۰۳/۰۲/۳۱ ۱۰:۳۰", "2024-05-20"), ("1403/02/03", None),
     ("3 شوال 1445", None), ("22 يناير 2024", "2024-01-22"), ("22 كانون الثاني 2024", "2024-01-22")],
)  # fmt: skip
def test_the_persian_calendar_is_read_and_the_moons_is_not(raw, day):
    found = read(raw)
    assert (found and found[1]) == day


def test_the_day_is_the_printed_one_in_its_own_zone():
    assert read("22 April 2024 23:30 EDT") == ("2024-04-23T03:30:00Z", "2024-04-22", "minute", -240, "zone")


def test_the_publishers_zone_is_for_times_without_one():
    assert read("22 April 2024 14:05", None, "Europe/Paris") == (
        "2024-04-22T12:05:00Z", "2024-04-22", "minute", 120, "source",
    )  # fmt: skip
    assert read("22 April 2024 14:05 GMT", None, "Europe/Paris")[3:] == (0, "zone")


@pytest.mark.parametrize(
    ("language", "zone", "offset", "basis"),
    [(None, None, None, "assumed_utc"), ("hi", None, 330, "zone"), ("en", "Asia/Kolkata", 330, "zone"),
     ("en", "Europe/Dublin", 60, "zone"), ("en", "America/Chicago", -300, "source")],
)  # fmt: skip
def test_an_abbreviation_of_several_places_is_told_by_publisher_or_language(language, zone, offset, basis):
    assert read("22 April 2024 14:05 IST", language, zone)[3:] == (offset, basis)


@pytest.mark.parametrize(
    ("raw", "language", "zone", "day"),
    [
        ("03/04/2014", "en", None, "2014-04-03"),
        ("03/04/2014", None, None, "2014-04-03"),
        ("03/04/2014 2:05 pm", "en", None, "2014-03-04"),
        ("03/04/2014 2:05 pm", "en-GB", None, "2014-04-03"),
        ("03/04/2014 14:05 EST", "en", None, "2014-03-04"),
        ("03/04/2014 14:05 GMT", "en", None, "2014-04-03"),
        ("03/04/2014", "en", "America/Chicago", "2014-03-04"),
        ("03/04/2014", "es", "America/Bogota", "2014-04-03"),
        ("03.04.2014", "en", "America/Chicago", "2014-04-03"),
        ("03/15/2014", "de", None, "2014-03-15"),
    ],
)
def test_the_order_of_day_and_month(raw, language, zone, day):
    assert read(raw, language, zone)[1] == day


def test_the_order_shown_by_another_date_of_the_page_counts():
    assert day_first_in(["03/04/2014", "03/23/2014"]) is False
    assert day_first_in(["23/04/2014 10:00"]) is True
    assert day_first_in(["03/04/2014"]) is None
    assert read("03/04/2014", "en", day_first=False)[1] == "2014-03-04"


def test_a_months_name_is_read_in_the_language_of_the_page():
    assert read("5. listopada 2019", "hr")[1] == "2019-10-05"
    assert read("5 listopada 2019", "pl")[1] == "2019-11-05"


def test_of_two_dates_the_published_one_counts():
    assert read("Updated 5 March 2021 | Published 3 March 2021")[1] == "2021-03-03"


def test_plausible_and_date_shaped():
    assert is_plausible(datetime(1815, 6, 22, tzinfo=UTC), NOW)
    assert not is_plausible(datetime(1799, 6, 22, tzinfo=UTC), NOW)
    assert not is_plausible(datetime(2026, 11, 25, tzinfo=UTC), NOW)
    assert is_date_shaped("31/02/2014")
    assert is_date_shaped("3 March 0021") is False or read("3 March 0021") is None
    assert not is_date_shaped("3 hours ago")


# --- lines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        ("15/03/2014 02:32 GMT | Updated 23/03/2014 18:56 GMT", "15/03/2014 02:32 GMT", "23/03/2014 18:56 GMT"),
        ("Friday 15 June 2018 13:03 BST", "Friday 15 June 2018 13:03 BST", None),
        ("Published: 3 March 2021, 14:05 EST", "3 March 2021, 14:05 EST", None),
        ("March 3, 2021 at 2:05 p.m. ET", "March 3, 2021 at 2:05 p.m. ET", None),
        ("2021-03-03", "2021-03-03", None),
        ("Mar 3, 2021 | 5 min read", "Mar 3, 2021", None),
        ("Stand: 22.04.2024, 06:00 Uhr", "22.04.2024, 06:00", None),
        ("Publié le 22 avril 2024 à 06h00 - Mis à jour le 23 avril 2024 à 07h15",
         "22 avril 2024 à 06h00", "23 avril 2024 à 07h15"),
        ("22 апреля 2024, 06:00", "22 апреля 2024, 06:00", None),
        ("2024年4月22日 6時00分", "2024年4月22日 6時00分", None),
        ("公開日：2024年4月22日 更新日：2024年4月23日", "2024年4月22日", "2024年4月23日"),
        ("Lunes, 22 de abril de 2024", "Lunes, 22 de abril de 2024", None),
        ("Updated 10:15 AM EDT, Mon April 22, 2024", None, "10:15 AM EDT, Mon April 22, 2024"),
        ("Sunday, March 16, 2014", "Sunday, March 16, 2014", None),
        ("Aggiornato il 22 aprile 2024 alle 18.30", None, "22 aprile 2024 alle 18.30"),
        ("Geüpdatet op 22 april 2024 om 12:30", None, "22 april 2024 om 12:30"),
        ("Опубликовано 22.04.2024 в 10:00", "22.04.2024 в 10:00", None),
        ("Güncelleme: 22 Nisan 2024 10:30", None, "22 Nisan 2024 10:30"),
        ("Publicerad: 22 april 2024 kl. 18.30", "22 april 2024 kl. 18.30", None),
        ("Opublikowano: 22 kwietnia 2024, 06:00", "22 kwietnia 2024, 06:00", None),
        ("입력 2024.04.22. 오전 6:30 수정 2024.04.22. 오후 7:10", "2024.04.22. 오전 6:30", "2024.04.22. 오후 7:10"),
        ("发布时间：2024-04-22 06:00:00", "2024-04-22 06:00:00", None),
        ("प्रकाशित: 22 अप्रैल 2024 10:30 बजे", "22 अप्रैल 2024 10:30", None),
        ("Thứ Hai, 22/4/2024, 06:00 (GMT+7)", "Thứ Hai, 22/4/2024, 06:00 (GMT+7)", None),
        ("Updated 1905 GMT (0305 HKT) March 3, 2021", None, "1905 GMT (0305 HKT) March 3, 2021"),
        ("Thursday 14 March 2019 09:15, UK", "Thursday 14 March 2019 09:15, UK", None),
        ("Oct 1, 2021 | 34 comments", "Oct 1, 2021", None),
        ("प्रकाशित: 22 अप्रैल 2024 | अपडेटेड 23 अप्रैल 2024", "22 अप्रैल 2024", "23 अप्रैल 2024"),
        ("ΔΗΜΟΣΙΕΥΣΗ: 22/04/2024 10:30", "22/04/2024 10:30", None),
        ("YAYINLANMA: 22.04.2024 - 10:30 GÜNCELLEME: 23.04.2024", "22.04.2024 - 10:30", "23.04.2024"),
        ("تاریخ انتشار: ۱۴۰۳/۰۲/۲۲ ۱۰:۳۰", "۱۴۰۳/۰۲/۲۲ ۱۰:۳۰", None),
        ("الاثنين 13 شوال 1445 هـ - 22 أبريل 2024 م", "22 أبريل 2024", None),
        ("آخر تحديث: 22 أبريل 2024 - 10:30 مساءً", None, "22 أبريل 2024 - 10:30 مساءً"),
        ("প্রকাশ: ২২ এপ্রিল ২০২৪, ১০:৩০ এএম আপডেট: ২৩ এপ্রিল ২০২৪", "২২ এপ্রিল ২০২৪, ১০:৩০ এএম", "২৩ এপ্রিল ২০২৪"),
        ("วันจันทร์ที่ 22 เมษายน พ.ศ. 2567, 10.30 น.", "วันจันทร์ที่ 22 เมษายน พ.ศ. 2567, 10.30", None),
        ("Thứ Hai, ngày 22 tháng 4 năm 2024", "22 tháng 4 năm 2024", None),
        ("Cập nhật lúc 10:30, ngày 22/04/2024", None, "10:30, ngày 22/04/2024"),
        ("22 stycznia 2024, 10:30", "22 stycznia 2024, 10:30", None),
        ("Offentliggjort 22/4 2024 kl. 10.30", "22/4 2024 kl. 10.30", None),
        ("22/04/2024 10h30 Atualizado há 2 horas", "22/04/2024 10h30", None),
        ("Publié le 22 avril 2024 à 10 h 30 min", "22 avril 2024 à 10 h 30 min", None),
        # Labels behind the dates.
        ("2024年4月22日 10時30分 公開", "2024年4月22日 10時30分", None),
        ("2024年4月22日公開 2024年4月23日更新", "2024年4月22日", "2024年4月23日"),
        ("2024/04/22 10:30更新", None, "2024/04/22 10:30"),
        ("2024-04-22 10:30 입력 | 2024-04-23 11:00 수정", "2024-04-22 10:30", "2024-04-23 11:00"),
        ("3 March 2021 | Updated 5 March 2021", "3 March 2021", "5 March 2021"),
        ("Correction: March 12, 2018", None, "March 12, 2018"),
        # Words that stood in boxes of their own.
        ("PublishedMarch 12, 20189:15 PMUpdatedMarch 13, 2018", "March 12, 20189:15 PM", "March 13, 2018"),
        ("Mar 12, 201812 mins", "Mar 12, 2018", None),
        ("22.04.2024-19:20 UhrLesedauer: 4 Min.", "22.04.2024-19:20", None),
        # What is printed beside a date.
        ("12 comments | March 3, 2019", "March 3, 2019", None),
        ("May 3, 2019 Comments", "May 3, 2019", None),
        ("3 min read · March 3, 2019 · 1.2K views", "March 3, 2019", None),
        ("22.04.2024 01:48 min", "22.04.2024", None),
        ("Published on March 3, 2019", "March 3, 2019", None),
        ("2024-01-12T00:30:27+00:00", "2024-01-12T00:30:27+00:00", None),
        ("22.04.24", "22.04.24", None),
        ("2 Aprel 2024 10:30 (UTC+04:00)", "2 Aprel 2024 10:30 (UTC+04:00)", None),
        ("3 hours ago", None, None),
        ("πριν 3 ώρες", None, None),
        ("hace 2 días", None, None),
        ("قبل 3 ساعات", None, None),
        ("3 дня назад", None, None),
        ("il y a 3 heures", None, None),
        ("3時間前", None, None),
        ("Updated 18:30 GMT", None, None),
        ("Published 22 April", None, None),
        ("22 April, 14:05", None, None),
    ],
)  # fmt: skip
def test_timestamp_lines(line, published, updated):
    found = read_timestamp_line(line)
    assert found is not None
    assert (found.published, found.updated) == (published, updated)


@pytest.mark.parametrize(
    ("line", "labelled"),
    [
        ("Published on March 3, 2019", True),
        ("Last updated: 3 March 2019", True),
        ("March 3, 2019", False),
        ("22.04.24", False),
    ],
)
def test_a_line_that_says_what_time_it_gives_is_labelled(line, labelled):
    found = read_timestamp_line(line)
    assert found is not None
    assert found.is_labelled is labelled


@pytest.mark.parametrize(
    "line",
    [
        "The deal was signed on 3 March 2021.", "2014", "3,456", "Shares 345", "2-1", "14:05", "March 2021",
        "Chapter 3", "5 min read", "In 2014 he won 3 titles", "The vote is on 22 April 2024", "Apollo 11",
        "22 April 2024, 14:00-16:00", "Thu, January 8, 2026, 2 p.m. - 3 p.m. ET", "Mon 9am - 7pm PT", "10.15.07",
        "Lab 3, 2019", "March 3, 20000 people",
        "Mayor wins by 12:10", "May 12 voters", "12.30", "Anna Lee, 3 March 2021", "3/4", "24/7", "1990-2024", "No. 10",
        "Windows 10.5.23", "34 comments", "What happened on 3 March 2021?", "", "Friday", "no digits here",
        "LONDON, March 3 (Reuters) - The bank", "3 March 2021 " * 20,
    ],
)  # fmt: skip
def test_lines_that_are_no_timestamps(line):
    assert read_timestamp_line(line) is None


@pytest.mark.parametrize(
    ("line", "words", "published", "updated"),
    [
        ("By Ann Lee on Dec. 13, 2025", "By Ann Lee", "Dec. 13, 2025", None),
        ("Ann LeeDecember 13, 2025 4 Comments", "Ann Lee", "December 13, 2025", None),
        ("By Ann McDonaldUpdated: Dec 13, 2025 1:06 PM EST", "By Ann McDonald", None, "Dec 13, 2025 1:06 PM EST"),
        ("Posted On January 12, 2025January 22, 2025 By Ann Lee", "By Ann Lee", "January 12, 2025", None),
        ("Home / Sport / 12 March 2019", "Home / Sport", "12 March 2019", None),
        ("Von Ann Lee 22.04.2024, 18:11 Uhr Lesedauer: 3 Minuten", "Von Ann Lee", "22.04.2024, 18:11", None),
    ],
)
def test_lines_that_sign_and_date(line, words, published, updated):
    found = read_dated_line(line)
    assert found is not None
    assert (found[0], found[1].published, found[1].updated) == (words, published, updated)


def test_an_events_hours_date_nothing():
    assert read_dated_line("Town hall, 22 April 2024, 14:00 - 16:00") is None


@given(st.text(max_size=200) | st.text(alphabet="0123456789:/-.,ap mAPMUJan年月日時تZ+|()", max_size=120))
@settings(max_examples=300, deadline=None)
def test_no_line_raises_and_what_is_found_was_printed(line):
    found = read_timestamp_line(line)
    for raw in (found.published, found.updated) if found else ():
        assert raw is None or raw in line
    parsed = parse_date(line[:60], None, None, NOW)
    assert parsed is None or parsed.at.tzinfo is UTC


@given(st.datetimes(datetime(1950, 1, 1), datetime(2026, 11, 1)))
@settings(max_examples=100, deadline=None)
def test_what_is_printed_is_read_back(moment):
    printed = moment.strftime("%A %d %B %Y %H:%M GMT")
    assert read(printed)[0] == moment.strftime("%Y-%m-%dT%H:%M:00Z")
    assert read_timestamp_line(printed) == TimestampLine(printed, None, is_labelled=False)


def test_lines_are_read_fast():
    lines = ["The council said on 3 March 2021 that 345 people had signed the petition since 12:30."] * 500
    started = time.perf_counter()
    for line in lines:
        read_timestamp_line(line)
    assert time.perf_counter() - started < 0.2  # 0.005 s on an idle core
    started = time.perf_counter()
    for hostile in ("1" * 160, "1/" * 80, "1 a " * 40, "(1" * 80, "12:" * 50):
        read_timestamp_line(hostile)
        parse_date(hostile, "en", None, NOW)
        parse_date("12 dogs 2019 " + hostile[:40], None, None, NOW)
    assert time.perf_counter() - started < 2
