"""The page as people see and use it, in headless Chromium."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from chromium import chromium, violations
from live.asking_pages import Page
from playwright.sync_api import Browser, BrowserContext, Error, expect
from playwright.sync_api import Page as Tab

from firth.live.screens import SCREENS

TRANSLATED = "Mary eats apples."
SUBJECT = "#subject_and_verb?subject=the+dogs&first=bark&second=barks"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def context(browser: Browser, world_page: Page) -> Iterator[BrowserContext]:
    """What the tabs of all tests share; the page keeps nothing in it."""
    with browser.new_context(viewport={"width": 1280, "height": 800}, base_url=world_page.address) as context:
        context.set_default_timeout(10_000)
        yield context


@pytest.fixture
def tab(context: BrowserContext, world_page: Page) -> Iterator[Tab]:
    """A tab in which a request to elsewhere is a failure, and a message of the console but for refused questions."""
    tab = context.new_page()
    messages: list[str] = []
    requests: list[str] = []
    tab.on("console", lambda message: messages.append(message.text))
    tab.on("pageerror", lambda error: messages.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    yield tab
    tab.close()
    assert [message for message in messages if "status of 400" not in message] == []
    assert [request for request in requests if not request.startswith(world_page.address)] == []


def opened(tab: Tab, address: str) -> Tab:
    """The tab with an address, once the answer is drawn."""
    tab.goto("about:blank")
    tab.goto(f"/{address}")
    tab.wait_for_selector("#answer > *, #error:not([hidden])")
    return tab


def panel_words(tab: Tab, number: int) -> list[str]:
    return tab.locator(".panel").nth(number).locator(".word").all_text_contents()


def test_a_link_holds_the_whole_question(tab: Tab, world_page: Page) -> None:
    opened(tab, "#next_word?text=the+dogs")
    assert tab.get_by_label("The sentence so far").input_value() == "the dogs"
    model = world_page.ask("next_word", text="the dogs")["models"][0]
    assert panel_words(tab, 0) == [next["token"] for next in model["next"]]


def test_a_click_writes_the_word_and_back_takes_it_away(tab: Tab, world_page: Page) -> None:
    field = opened(tab, "#next_word?text=the+dogs").get_by_label("The sentence so far")
    ranked = world_page.ask("next_word", text="the dogs")["models"][0]["next"]
    text = next(one["text"] for one in ranked if one["token"].isalpha())
    tab.locator("button.bar", has_text=text.rpartition(" ")[2]).first.click()
    expect(field).to_have_value(text)
    assert tab.url.endswith(f"#next_word?text={text.replace(' ', '+')}")
    tab.go_back()
    expect(field).to_have_value("the dogs")


def test_space_writes_the_most_probable_word_of_the_last_model(tab: Tab, world_page: Page) -> None:
    field = opened(tab, "#next_word?text=the+dogs").get_by_label("The sentence so far")
    ranked = world_page.ask("next_word", text="the dogs")["models"][-1]["next"]
    expected = next(one["text"] for one in ranked if one["token"] != "<unk>")
    tab.keyboard.press("Space")
    expect(field).to_have_value(expected)


def test_a_typed_text_is_one_step_back_and_keys_belong_to_the_field(tab: Tab) -> None:
    field = opened(tab, "#next_word?text=the").get_by_label("The sentence so far")
    field.press("End")
    field.press_sequentially(" dogs p")
    tab.wait_for_url("**/#next_word?text=the+dogs+p")
    expect(tab.locator("html")).not_to_have_attribute("data-present", "")
    tab.wait_for_timeout(200)
    tab.go_back()
    expect(tab).to_have_url(f"{tab.url.partition('#')[0]}#next_word?text=the")


def test_arrows_go_between_screens_and_each_keeps_its_question(tab: Tab) -> None:
    opened(tab, SUBJECT)
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("h1")).to_have_text("Next word")
    tab.keyboard.press("ArrowLeft")
    expect(tab.locator("h1")).to_have_text("Subject and verb")
    assert tab.url.endswith(SUBJECT)


def test_space_puts_phrase_after_phrase_in_between_and_takes_them_away(tab: Tab) -> None:
    field = opened(tab, SUBJECT).get_by_label("Words in between")
    for words in ("near the child", "near the child with the ball", "near the child with the ball under the table", ""):
        expect(tab.locator("#keys")).to_contain_text("Space")
        tab.keyboard.press("Space")
        expect(field).to_have_value(words)
        expect(tab.locator(".sentence").first).to_contain_text(f"the dogs {words} bark".replace("  ", " "))


def test_the_words_that_a_model_sees_are_shaded(tab: Tab) -> None:
    opened(tab, f"{SUBJECT}&between=near+the+child")
    seen = [row.inner_text().strip() for row in tab.locator(".sentence .seen").all()]
    assert seen == ["the child", "near the child", *["the dogs near the child"] * 2]  # trigram, three words, all


def test_space_reads_word_after_word_and_then_writes_them(tab: Tab, world_page: Page) -> None:
    model = world_page.ask("translate", text=TRANSLATED)["models"][0]
    opened(tab, f"#translate?text={TRANSLATED.replace(' ', '+')}")
    panel = tab.locator(".translator").first
    for read in range(1, len(model["source"]) + 1):
        expect(tab.locator("#keys")).to_contain_text("reads a word")
        tab.keyboard.press("Space")
        expect(panel.locator(".source.unread")).to_have_count(len(model["source"]) - read)
    for written in range(1, len(model["output"]) + 1):
        tab.keyboard.press("Space")
        expect(panel.locator(".written")).to_have_count(written)
    words = [candidate["token"] for candidate in model["output"][-1]["candidates"]]
    expect(panel.locator(".bar .word")).to_have_text(words)
    tab.go_back()
    expect(panel.locator(".written")).to_have_count(len(model["output"]) - 1)


def test_a_word_that_is_pointed_at_shades_the_words_that_it_attends_to(tab: Tab, world_page: Page) -> None:
    model = world_page.ask("translate", text=TRANSLATED)["models"][1]
    opened(tab, f"#translate?text={TRANSLATED.replace(' ', '+')}&step=end")
    panel = tab.locator(".translator").nth(1)
    panel.locator(".written").first.hover()
    for place, weight in enumerate(model["output"][0]["attention"]):
        expect(panel.locator(".source").nth(place)).to_have_attribute("title", f"{weight:.2f}")
    expect(tab.locator(".translator").first.locator(".source[title]")).to_have_count(0)  # without attention


def test_a_longer_sentence_is_written_to_its_end_if_the_shorter_was(tab: Tab, world_page: Page) -> None:
    examples = world_page.ask("translate")["examples"]
    opened(tab, "#translate?step=end")
    tab.get_by_role("button", name="longer sentence").click()
    expect(tab.get_by_label("Sentence to translate")).to_have_value(examples[1])
    expect(tab.locator(".verdict")).to_have_count(2)
    expect(tab.locator("#answer")).to_contain_text("Reference translation: Les chiens mangent des pommes.")


def test_space_goes_from_story_to_story(tab: Tab, world_page: Page) -> None:
    examples = world_page.ask("story_questions")["examples"]
    opened(tab, "#story_questions")
    for example in examples[1:3]:
        expect(tab.locator("#keys")).to_contain_text("another story")
        tab.keyboard.press("Space")
        expect(tab.get_by_label("Story, a sentence a line")).to_have_value(example["story"])
        expect(tab.get_by_role("textbox", name="Question", exact=True)).to_have_value(example["question"])


def test_a_story_is_built_of_the_world_s_sentences(tab: Tab) -> None:
    opened(tab, "#story_questions")
    tab.get_by_text("Add a sentence").click()
    for name in ("takes the ball", "goes to the garden"):
        tab.get_by_role("button", name=name).click()
    expect(tab.get_by_label("Story, a sentence a line")).to_have_value(
        "Tim is playing in his room.\nTim takes the ball.\nTim goes to the garden."
    )
    tab.get_by_role("button", name="Where was the ball before the garden?").click()
    expect(tab.locator(".reference")).to_have_text("True answer: The ball was in the room of Tim.")
    expect(tab.locator(".translator").first.locator(".supporting")).to_have_count(3)
    tab.get_by_role("button", name="Mary", exact=True).click()
    expect(tab.get_by_role("button", name="goes to her room")).to_be_visible()
    tab.get_by_role("button", name="take the last sentence away").click()
    expect(tab.locator("#answer")).to_contain_text("The story does not answer this question.")


def test_a_word_of_an_answer_that_is_pointed_at_shades_what_it_looks_at(tab: Tab, world_page: Page) -> None:
    models = world_page.ask("story_questions")["models"]
    opened(tab, "#story_questions")
    for number, model in enumerate(models):
        panel = tab.locator(".translator").nth(number)
        panel.locator(".written").last.hover()
        for place, weight in enumerate(model["output"][-1]["weights"]):
            expect(panel.locator(".source").nth(place)).to_have_attribute("title", f"{weight:.2f}")


def test_an_answer_that_comes_late_is_not_drawn(tab: Tab) -> None:
    opened(tab, "#next_word")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    tab.route("**/ask/next_word?text=the*", hold)
    tab.route("**/screens/back_in_time.js", hold)
    tab.evaluate("location.hash = '#next_word?text=the'")
    wait_until(tab, lambda: len(held) == 1)
    tab.evaluate("location.hash = '#back_in_time'")
    wait_until(tab, lambda: len(held) == 2)
    with suppress(Error):  # the browser has given it up
        held[0].continue_()
    tab.wait_for_timeout(300)
    expect(tab.locator("#answer > *")).to_have_count(0)
    held[1].continue_()
    expect(tab.locator(".times").first).to_be_visible()


def wait_until(tab: Tab, holds: Callable[[], bool]) -> None:
    for _ in range(100):
        if holds():
            return
        tab.wait_for_timeout(50)
    raise AssertionError("not within 5 s")


def test_words_from_outside_are_text_and_unknown_ones_are_named(tab: Tab) -> None:
    opened(tab, "#next_word?text=%D9%83%D9%84%D8%A8+dogz+%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    expect(tab.locator("#unknown")).to_contain_text("dogz is not in the vocabulary, so it is read as <unk>; try dog")
    words = ["كلب", "dogz", "<", "img", "src", "=", "x", "onerror", "alert", "(", "1", ")", ">"]
    expect(tab.locator("#unknown bdi")).to_have_text(words)
    assert tab.locator("main img").count() == 0


def test_an_error_stands_in_place_of_the_answer_and_goes_with_it(tab: Tab) -> None:
    opened(tab, "#subject_and_verb?subject=the+dogs&first=bark&second=bark")
    expect(tab.locator("#error")).to_contain_text("both verb forms are the same")
    expect(tab.locator("#answer > *")).to_have_count(0)
    tab.get_by_label("or", exact=True).fill("barks")
    expect(tab.locator(".split").first).to_be_visible()
    expect(tab.locator("#error")).to_be_hidden()


def test_a_field_that_is_empty_stays_so_while_another_is_typed_in(tab: Tab) -> None:
    form = opened(tab, SUBJECT).get_by_label("Verb form")
    form.fill("")
    expect(tab.locator("#error")).to_contain_text("a verb form is empty")
    tab.get_by_label("or", exact=True).fill("eats")
    tab.wait_for_url("**second=eats*")
    expect(form).to_have_value("")
    expect(tab.locator("#error")).to_contain_text("a verb form is empty")


def test_a_model_that_is_not_built_is_named_with_its_command(tab: Tab) -> None:
    expect(opened(tab, "#next_word").locator("#answer")).to_contain_text("dvc repro lm@gru")


def test_space_weighs_neighbors_by_ppmi_and_then_compares_two_words(tab: Tab, world_page: Page) -> None:
    opened(tab, "#company?word=the")
    expect(tab.locator(".lines .marked").first).to_have_text("the")
    for weight, heading in (("raw_counts", "raw counts"), ("ppmi", "PPMI")):
        expect(tab.locator(".company h2").last).to_have_text(f"Neighbors by {heading}")
        neighbors = world_page.ask("company", word="the", weight=weight)["company"]["neighbors"]
        expect(tab.locator(".company .bar .word")).to_have_text([found["word"] for found in neighbors])
        tab.keyboard.press("Space")
    tab.wait_for_url("**&other=dog")
    tab.get_by_label("Second word").fill("a")
    degrees = world_page.ask("company", word="the", other="a", weight="ppmi")["comparison"]["degrees"]
    expect(tab.locator(".cosine")).to_contain_text(f"the and a: {degrees:.0f}°")


def answering(tab: Tab, screen: str, answer: dict[str, Any]) -> None:
    """Have a screen get this answer, whatever it asks."""

    def fulfill(route: Any) -> None:
        route.fulfill(json=answer)

    tab.route(f"**/ask/{screen}?*", fulfill)


def test_two_words_that_share_no_neighbor_stand_at_a_right_angle(tab: Tab, world_page: Page) -> None:
    answer = world_page.ask("company", word="the", other="a")
    answer["comparison"] |= {"cosine": 0.0, "degrees": 90.0, "shared": []}
    answering(tab, "company", answer)
    opened(tab, "#company?word=the&other=a")
    expect(tab.locator("#spoken")).to_have_text("the and a: 90 degrees, cosine 0.00")
    expect(tab.locator("#answer")).to_contain_text("their vectors stand at a right angle")


def test_without_any_translation_there_is_no_step(tab: Tab, world_page: Page) -> None:
    answer = world_page.ask("translate")
    answer["models"] = [{"name": name, "error": f"no {name}"} for name in ("none", "dot")]
    answering(tab, "translate", answer)
    opened(tab, "#translate")
    expect(tab.locator("#answer")).to_contain_text("no dot")
    expect(tab.locator("#keys")).not_to_contain_text("Space")
    tab.keyboard.press("Space")
    expect(tab.locator("#answer")).to_contain_text("Reference translation: Marie mange des pommes.")


def test_without_known_supporting_sentences_no_bar_is_promised(tab: Tab, world_page: Page) -> None:
    answer = world_page.ask("story_questions")
    answer["reference"] = {"text": "kitchen", "supporting": []}
    opened(tab, "#story_questions")
    expect(tab.locator("#answer")).to_contain_text("A bar marks")
    answering(tab, "story_questions", answer)
    opened(tab, "#story_questions")
    expect(tab.locator("#answer")).to_contain_text("Point at a word")
    expect(tab.locator("#answer")).not_to_contain_text("A bar marks")


def test_a_word_of_the_map_is_pointed_at_and_its_nearest_stand_beside_it(tab: Tab, world_page: Page) -> None:
    opened(tab, "#map_of_words")
    dot = tab.locator(".map .dot").first.bounding_box()
    assert dot is not None
    tab.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    expect(tab.locator(".map .label.chosen")).to_have_count(1)
    word = tab.locator(".map .label.chosen").inner_html()
    tab.wait_for_url(f"**word={word}")
    nearest = world_page.ask("map_of_words", word=word)["nearest"]["word2vec"]["ranked"]
    expect(tab.locator(".nearest section").last.locator(".word")).to_have_text([found["word"] for found in nearest])
    dots = tab.locator(".map .dot").count()
    tab.get_by_role("button", name="enlarge").click()
    assert 0 < tab.locator(".map .dot").count() < dots
    tab.keyboard.press("Space")
    expect(tab.locator(".plane line")).to_have_count(2)


def test_a_pointer_that_rests_asks_nothing_once_another_screen_is_shown(tab: Tab) -> None:
    opened(tab, "#map_of_words")
    dot = tab.locator(".map .dot").first.bounding_box()
    assert dot is not None
    tab.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(400)
    assert tab.url.endswith("#subject_and_verb")


def test_a_click_on_a_word_shades_the_words_before_it_and_space_goes_to_the_next(tab: Tab) -> None:
    opened(tab, "#back_in_time?text=the+dogs+near+the+child+bark")
    tab.get_by_role("button", name="near", exact=True).click()
    expect(tab.locator(".asked").last).to_have_text("near")
    expect(tab.locator(".times").first.locator("p").first.locator(".reached")).to_have_text(["the", "dogs"])
    assert tab.url.endswith("#back_in_time?text=the+dogs+near+the+child+bark&word=3")
    tab.keyboard.press("Space")
    tab.wait_for_url("**word=4")


def test_the_slider_goes_to_the_learning_rate_at_which_only_clipping_trains(tab: Tab) -> None:
    slider = opened(tab, "#gradient_clipping").get_by_label("Learning rate")
    expect(tab.locator(".outcome").last).to_have_text("without clipping ends with a validation perplexity of 40")
    slider.press("End")
    expect(tab.locator(".outcome").first).to_have_text("with clipping ends with a validation perplexity of 30.5")
    expect(tab.locator(".outcome").last).to_have_text("without clipping explodes at step 12")
    tab.wait_for_url("**rate=4")
    slider.press("Escape")
    tab.keyboard.press("Space")
    tab.wait_for_url("**rate=0.5")
    expect(slider).to_have_value("0")


@pytest.mark.parametrize("screen", [screen.name for screen in SCREENS])
def test_in_presentation_no_letter_is_smaller_than_28_pixels(tab: Tab, screen: str) -> None:
    opened(tab, f"?present#{screen}")
    sizes = tab.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((one) => one.checkVisibility() && !one.matches(".unseen, .skip, noscript"))
          .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
          .map((one) => parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert min(sizes) >= 28
    tab.keyboard.press("p")
    expect(tab.locator("#present")).to_be_visible()
    assert "present" not in tab.url


@pytest.mark.parametrize(
    ("screen", "figure"),
    [
        ("company", ".company"), ("map_of_words", ".map"), ("subject_and_verb", ".rows"), ("next_word", ".panels"),
        ("back_in_time", ".rows"), ("gradient_clipping", ".charts"), ("translate", ".panels"),
    ],
)  # fmt: skip
def test_in_presentation_on_a_small_projector_the_figure_is_seen_without_scrolling(
    tab: Tab, world_page: Page, screen: str, figure: str
) -> None:
    answer = world_page.ask(screen)
    answer["models"] = [model for model in answer.get("models", []) if "error" not in model]  # whose text is long
    answering(tab, screen, answer)
    tab.set_viewport_size({"width": 1280, "height": 720})
    opened(tab, f"?present#{screen}")
    box = tab.locator(figure).bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 720


@pytest.mark.parametrize("screen", [screen.name for screen in SCREENS])
@pytest.mark.parametrize("present", ["", "?present"])
def test_nothing_is_wider_than_the_window(tab: Tab, screen: str, present: str) -> None:
    opened(tab, f"{present}#{screen}")
    for width in (1920, 1280, 768, 390):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [screen.name for screen in SCREENS])
def test_axe_finds_no_fault(browser: Browser, world_page: Page, screen: str, scheme: Any) -> None:
    # axe-core is put into the page as a script, which the page's own policy forbids
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, base_url=world_page.address)
    found = violations(opened(context.new_page(), f"#{screen}"))
    faults = [(fault["id"], [node["html"] for node in fault["nodes"]][:3]) for fault in found]
    context.close()
    assert faults == []
