"""Bylines into names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.draft import Byline
from tasks._name_words import case_name
from tasks._names import is_person_name, read_authors, same_name


def authors(*texts: str, source: str | None = None) -> list[str]:
    return list(read_authors([Byline(t) for t in texts], source)[0])


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Anna Lee", ["Anna Lee"]),
        ("ByKathryn Ekman", ["Kathryn Ekman"]),
        ("By ANNA LEE and BO EK in Oslo", ["Anna Lee", "Bo Ek"]),
        ("Von Anna Müller und Jörg Ek", ["Anna Müller", "Jörg Ek"]),
        ("Par Anne Dupont et Luc Petit", ["Anne Dupont", "Luc Petit"]),
        ("Por María García y Juan Pérez", ["María García", "Juan Pérez"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Di Anna Rossi", ["Anna Rossi"]),
        ("Di Stefano", ["Di Stefano"]),
        ("Door Jan Janssens, Piet de Vries en Kees van der Berg", ["Jan Janssens", "Piet de Vries",
                                                                   "Kees van der Berg"]),
        ("Af Anne Hansen og Bo Ek", ["Anne Hansen", "Bo Ek"]),
        ("Tekst: Ola Nordmann Foto: Kari Nordmann", ["Ola Nordmann"]),
        ("Words by Ann Lee", ["Ann Lee"]),
        ("Автор: Иван Петров", ["Иван Петров"]),
        ("記者 山田太郎", ["山田太郎"]),
        ("홍길동 기자 hong@example.kr", ["홍길동"]),
        ("作者：王小明", ["王小明"]),
        ("Ann Lee, Bo Ek, and Cy Fox", ["Ann Lee", "Bo Ek", "Cy Fox"]),
        ("Ann Lee; Bo Ek / Cy Fox & Di Orr", ["Ann Lee", "Bo Ek", "Cy Fox", "Di Orr"]),
        ("Ann Lee with Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("Ann Lee &amp; Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("Ann Lee, Political Editor", ["Ann Lee"]),
        ("Ann Lee, Health correspondent, BBC News", ["Ann Lee"]),
        ("Political editor Ann Lee", ["Ann Lee"]),
        ("Ann Lee Staff Writer", ["Ann Lee"]),
        ("Ann Lee in Washington", ["Ann Lee"]),
        ("Ann Lee, Berlin", ["Ann Lee"]),
        ("Ann Lee for The Daily X", ["Ann Lee"]),
        ("Ann Lee | Reuters", ["Ann Lee"]),
        ("Ann Lee (AFP)", ["Ann Lee"]),
        ("Ann Lee @annlee ann.lee@example.com", ["Ann Lee"]),
        ("https://www.facebook.com/annlee", []),
        ("facebook.com/annlee", []),
        ("Reporting by Ann Lee in London; Editing by Bo Ek", ["Ann Lee"]),
        ("Edited by Bo Ek", ["Bo Ek"]),
        ("Ann Lee 3 March 2021", ["Ann Lee"]),
        ("Ann Lee is a reporter at the paper.", ["Ann Lee"]),
        ("Robert Downing, Jr.", ["Robert Downing Jr."]),
        ("john smith", ["John Smith"]),
        ("Yuki3/4/2025", ["Yuki"]), ("Ann Lee, DVM", ["Ann Lee"]), ("Ann Lee says:", ["Ann Lee"]),
        ("12 March 2019 by Ann Lee", ["Ann Lee"]), ("Posted on 3 May 2020 by annlee", ["annlee"]),
        ("12. März 2020, 10:15 Uhr von Jörg Müller", ["Jörg Müller"]),
        ("Publicado el 3 de mayo de 2020 por María García", ["María García"]),
        ("Publisert 3. mai 2020 av Ola Nordmann", ["Ola Nordmann"]),
        ("By Ann Lee | 12 March 2019", ["Ann Lee"]), ("By Ann Maio on January 21, 2023", ["Ann Maio"]),
        ("By Ann Lee. Last Updated on May 11, 2025", ["Ann Lee"]), ("Ann LeePublished 3 May 2025", ["Ann Lee"]),
        ("7 Comments | Ann Lee | Last Updated: March 11, 2019", ["Ann Lee"]),
        ("By Ann Lee—10 min read", ["Ann Lee"]), ("Ann Lee ⋅ Review Editor ⋅ Updated March 5", ["Ann Lee"]),
        ("by Ann Lee | Dec 30, 2025 | Garden Plants, Our Tools | 0 comments", ["Ann Lee"]),
        ("Friday Notes • Ann Lee", ["Ann Lee"]), ("Recipe by Ann Lee", ["Ann Lee"]),
        ("Medically reviewed by Bo Ek, RD — Written by Ann Lee, MS — Updated on March 7", ["Ann Lee"]),
        ("Ann Lee, photos by Bo Ek", ["Ann Lee"]), ("Reviewed by Ann Lee", ["Ann Lee"]),
        ("Ann Lee with additional reporting by Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("Tekst: Ola Nordmann, foto: Kari Nordmann", ["Ola Nordmann"]),
        ("By Ann Lee, Chief Marketing Officer, Tools at Work, Brineworks", ["Ann Lee"]),
        ("Ann Lee Deputy Content Hub Director", ["Ann Lee"]), ("Ann Lee Founder & Lead Reviewer", ["Ann Lee"]),
        ("Von Jörg Müller Landespolitische Korrespondentin", ["Jörg Müller"]),
        ("Ann Lee BBC News", ["Ann Lee"]), ("By ANN LEE Associated Press", ["Ann Lee"]),
        ("By Ann Lee and Bo Ek The Daily X", ["Ann Lee", "Bo Ek"]), ("By Ann Lee For Brine.Com", ["Ann Lee"]),
        ("Ann Lee Special to The Courier", ["Ann Lee"]), ("By Ann Lee Follow", ["Ann Lee"]),
        ("Ann Lee on behalf of Vision Group", ["Ann Lee"]), ("Ann Lee@annlee_x", ["Ann Lee"]),
        ("Ann Lee in New York and Bo Ek in London", ["Ann Lee", "Bo Ek"]), ("Ann Lee + Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("Anna Berg Karin Maria Ek Peter Fox", ["Anna Berg", "Karin Maria Ek", "Peter Fox"]),
        ("Mark SubbaLee, Ann Ek", ["Mark SubbaLee", "Ann Ek"]), ("vonAnna Müller", ["Anna Müller"]),
        ("(서울=연합) 홍길동·김철수 기자 = ", ["홍길동", "김철수"]), ("순천, 광양 홍길동 기자", ["홍길동"]),
        ("〔記者王小明、李小華／台北報導〕", ["王小明", "李小華"]), ("作者：王小明 编辑：李四", ["王小明"]),
        ("【山田太郎】", ["山田太郎"]), ("بقلم: أحمد علي", ["أحمد علي"]), ("Yazan: Ayşe Yılmaz", ["Ayşe Yılmaz"]),
        ("admin", []), ("Unknown", []), ("null", []), ("", []), ("  ", []), ("By", []),
    ],
)  # fmt: skip
def test_people_as_signed(byline, names):
    found, kinds = read_authors([Byline(byline)], None)
    assert list(found) == names
    assert set(kinds) <= {"person"} and len(kinds) == len(found)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By The Associated Press", ["The Associated Press"]),
        ("THE ASSOCIATED PRESS", ["The Associated Press"]),
        ("Reuters, AP", ["Reuters", "AP"]),
        ("AFP", ["AFP"]), ("dpa", ["dpa"]), ("PA Media", ["PA Media"]),
        ("Staff", ["Staff"]), ("Staff Writer", ["Staff Writer"]), ("Editorial Board", ["Editorial Board"]),
        ("Courier staff and agencies", ["Courier staff and agencies"]),
        ("BBC News", ["BBC News"]), ("Kurier Redaktion", ["Kurier Redaktion"]), ("Rédaction", ["Rédaction"]),
        ("Von dpa", ["dpa"]), ("Emily Post Institute", ["Emily Post Institute"]),
        ("The Ferryman", ["The Ferryman"]), ("Lantern", ["Lantern"]),
    ],
)  # fmt: skip
def test_organisations_that_sign(byline, names):
    found, kinds = read_authors([Byline(byline)], "Lantern")
    assert (list(found), set(kinds)) == (names, {"organisation"})


def test_a_person_and_an_agency_that_signs_with_them():
    assert read_authors([Byline("Par Anne Dupont avec AFP")], None) == (
        ("Anne Dupont", "AFP"),
        ("person", "organisation"),
    )
    assert authors("By Ann Lee, Bo Ek and Reuters") == ["Ann Lee", "Bo Ek", "Reuters"]
    assert authors("Ann Lee, Reuters") == ["Ann Lee"]


def test_each_once_in_order_and_what_the_page_says_of_them_counts():
    assert authors("Bo Ek", "By BO EK", "Ann Lee") == ["Bo Ek", "Ann Lee"]
    assert read_authors([Byline("Emily Post", "person")], None)[1] == ("person",)
    assert read_authors([Byline("Ferry and Sons", "organisation")], None) == (("Ferry and Sons",), ("organisation",))
    assert authors("Lee, Ann") == ["Lee", "Ann"]
    assert read_authors([Byline("Lee, Ann", "person")], None)[0] == ("Ann Lee",)


@pytest.mark.parametrize(
    ("printed", "cased"),
    [
        ("ANN MCDONALD", "Ann McDonald"), ("ANN MACDONALD", "Ann MacDonald"), ("ANN MACKENZIE", "Ann Mackenzie"),
        ("JOHN O'NEILL", "John O'Neill"), ("JOHN O’NEILL", "John O’Neill"), ("JAN VAN DER BERG", "Jan van der Berg"),
        ("MARY-JANE SMITH II", "Mary-Jane Smith II"), ("J.K. ROWE", "J.K. Rowe"), ("PJ ROWE", "PJ Rowe"),
        ("GRACE D'ANGELO", "Grace D'Angelo"), ("иван петров", "Иван Петров"), ("ANN LEE JR.", "Ann Lee Jr."),
    ],
)  # fmt: skip
def test_names_in_capitals_or_none_are_cased(printed, cased):
    assert case_name(printed) == cased


@pytest.mark.parametrize(
    "line",
    ["Anna Kowalski", "JOHN O'NEIL and Mary-Jane van Dyke", "J.K. Rowe", "Jean-Luc Petit, Ann Lee & Bo Ekman",
     "Ludwig van Berg", "María José García y Juan Pérez", "Иван Петров", "Martin King Jr.", "Ann McElvoy", "Bill Hill",
     "Anna Flowers", "Dr. Anna Lee", "byAnna Lee", "Anne DUPONT", "Li Wei", "Zbyněk Xarát", "Naoise McNally",
     "ZBYNĚK XARÁT", "Kees van der Berg", "홍길동 기자", "أحمد علي"],
)  # fmt: skip
def test_lines_that_are_names(line):
    assert is_person_name(line)


@pytest.mark.parametrize(
    "line",
    ["Middle East", "Site Information", "New York", "Council Votes To Close Library", "Sport", "Contact Us", "Anna",
     "Prime Minister", "Hong Kong", "Terms and Conditions", "Read More", "Ann Lee said.", "By Ann Lee", "• Ann Lee",
     "Science and Health", "", "PDF Version", "Room 12", "Associated Press", "Gift Cards", "a b c d",
     "Indoor Flowers", "Deep Cleaning", "In-Stock Bikes", "iPad Pro", "kitchenLife hacksCleaning", "Anna's Column",
     "Stimme der Ökonomen", "La Tribuna", "Landkreis Harburg", "Jane Austen Quotes", "AI Gateway", "BOOK NOW",
     "비밀번호 찾기", "مركز الأخبار", "Waterproof Ca..."],
)  # fmt: skip
def test_lines_that_are_no_names(line):
    assert not is_person_name(line)


def test_same_name():
    assert same_name("J. O’Neill", "j o'neill")
    assert not same_name("Ann Lee", "Ann Leer")


@given(st.lists(st.text(max_size=80), max_size=4), st.none() | st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_byline_gives_clean_distinct_names(texts, source):
    names, kinds = read_authors([Byline(t) for t in texts], source)
    assert len(names) == len(kinds)
    assert all(n and n == " ".join(n.split()) and "@" not in n for n in names)
    assert read_authors([Byline(n, k) for n, k in zip(names, kinds, strict=True)] * 2, None)[1] is not None
    for text in texts:
        is_person_name(text)
