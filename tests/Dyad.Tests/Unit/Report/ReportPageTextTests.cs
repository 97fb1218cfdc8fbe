using Dyad.Core;
using Dyad.Report;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Report;

[Trait("Category", "unit")]
public sealed class ReportPageTextTests
{
    private const string Hostile = "</script><script>alert('x')</script> & \"<b>\"";

    [Fact]
    public void Text_from_a_study_is_never_markup()
    {
        var chart = ReportSamples.Chart([1, 2], [3, 4]) with
        {
            Title = Hostile,
            XTitle = Hostile,
            YTitle = Hostile,
            Caption = Hostile,
        };
        var hostile = ReportSamples.Study() with
        {
            Study = Hostile,
            Title = Hostile,
            Source = Hostile,
            Question = Hostile,
            Scale = Hostile,
            Command = Hostile,
            Findings = [new Finding(Hostile, Hostile, Verdict.New)],
            Charts = [chart with { Id = Hostile, Series = [chart.Series[0] with { Label = Hostile }] }],
            Tables = [new DataTable(Hostile, [Hostile, Hostile], [[Hostile, Hostile]])],
            Groups = [ReportSamples.Study().Groups[0] with { Label = Hostile, Environment = Hostile, Metric = Hostile }],
            Notes = [Hostile],
            Version = Hostile,
            Machine = Hostile,
        };
        string page = ReportPage.Render(Hostile, Hostile, [hostile, hostile]);
        Assert.DoesNotContain("alert('x')", page);
        Assert.DoesNotContain("<b>", BeforeTheScript(page));
        // Two data blocks and the page's own script.
        Assert.Equal(3, Count(page, "</script>"));
    }

    [Fact]
    public void A_page_names_no_other_host_outside_its_script()
    {
        string page = BeforeTheScript(ReportPage.Render("Report", "Lead.", [ReportSamples.Study()]));
        Assert.DoesNotContain("http", page.Replace("http-equiv", "").Replace("https://vega.github.io/schema/", ""));
        Assert.DoesNotContain("url(", page);
    }

    [Fact]
    public void The_question_is_the_heading_and_its_figure_comes_before_what_it_says()
    {
        StudyResult study = ReportSamples.Study();
        string page = ReportPage.Render("Report", "Lead.", [study]);
        int[] places = [.. new[] { $"<h1>{study.Title}</h1>", study.Source, "study-1-returns", ">Findings<", study.Question[..40], "Repeat it" }
            .Select(part => page.IndexOf(part, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public void Marks_that_occur_are_explained()
    {
        StudyResult study = ReportSamples.Study() with { Findings = [new Finding("A claim.", "A number.", Verdict.Unclear)] };
        string page = BeforeTheScript(ReportPage.Render("Report", "Lead.", [study]));
        string key = page[page.IndexOf("class=\"key\"", StringComparison.Ordinal)..];
        Assert.Contains("Unclear", key, StringComparison.Ordinal);
        Assert.DoesNotContain("Contradicted", key, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"key\"", ReportPage.Render("Report", "Lead.", [study with { Findings = [] }]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_has_the_name_of_its_legend_in_every_table_and_its_place()
    {
        LineChart chart = ReportSamples.Chart([1, 2], [0, 5]) with { Series = [new Series("AC, m = 80", [1, 2], [0, 7], null, null, 2), new Series("AC, m = 1", [1, 2], [0, 5], null, null, 2)] };
        GroupSummary Group(string label, double mean) => GroupSummary.Of(label, "CartPole-v0", "eval/return", [0, 1], [mean - 1, mean + 1]);
        StudyResult study = ReportSamples.Study() with
        {
            Charts = [chart],
            Groups = [Group("ac-m1", 5), Group("ac-m80", 7), Group("other", 5.5)],
            Options = new OptionTable(["ac-m1", "ac-m80"], [new OptionRow("m", ["1", "80"])], []),
        };
        LineNames names = LineNames.Of(study);
        Assert.Equal(["AC, m = 1", "AC, m = 80", "other"], study.Groups.Select(group => names[group.Label]));
        Assert.Equal(["ac-m80", "ac-m1", "other"], names.Sorted(study.Groups).Select(group => group.Label));
        string page = BeforeTheScript(ReportPage.Render("Report", "Lead.", [study]));
        Assert.DoesNotContain("ac-m1", page, StringComparison.Ordinal);

        // Two lines that end alike are told by nothing: both keep their labels.
        LineNames alike = LineNames.Of(study with { Charts = [chart with { Series = [chart.Series[0], chart.Series[0] with { Label = "twin" }] }] });
        Assert.Equal("ac-m80", alike["ac-m80"]);
    }

    [Theory]
    [InlineData("from -1.5 to -0.5", "from |\u22121.5 to \u22120.5|")]
    [InlineData("0.9 [-0.1, +2e-3] left", "0.9 |[\u22120.1, +2e-3]| left")]
    [InlineData("Res-SAC-10-10, seeds 3-4", "Res-SAC-10-10, seeds 3-4")]
    [InlineData("rate 1e-3, 5 \u00b1 0.1", "rate |1e-3|, |5 \u00b1 0.1|")]
    public void Minus_signs_are_signs_and_numbers_that_belong_together_stay_together(string text, string pieces) => Assert.Equal(
        pieces.Replace("|", "", StringComparison.Ordinal), string.Concat(new Prose(text).Pieces().Select(piece => piece.Text)));

    [Fact]
    public void An_interval_is_not_broken()
    {
        Assert.Equal(["[\u22120.1, +2.5]"], new Prose("by 0.9 [-0.1, +2.5] there").Pieces().Where(piece => piece.IsWhole).Select(piece => piece.Text));
        Assert.Equal(["1e-3"], new Prose("rate=1e-3,batch").Pieces().Where(piece => piece.IsWhole).Select(piece => piece.Text));
    }

    [Fact]
    public void Metrics_of_a_run_are_folded_by_what_they_tell_of_and_the_return_is_not()
    {
        LineChart Metric(string name) => ReportSamples.Chart([1, 2], [3, 4]) with { Id = name.Replace('/', '-'), Title = name, YTitle = name };
        string[] names = ["eval/length", "eval/return", "train/critic_loss", "train/actor_loss", "train/residual_clip", "train/damping", "game/actor_gradient"];
        string page = BeforeTheScript(ReportPage.Render("Report", "Lead.", [ReportSamples.Study() with { Charts = [.. names.Select(Metric)] }]));
        int first = page.IndexOf("<details class=\"group\">", StringComparison.Ordinal);
        int shown = page.IndexOf("id=\"study-1-eval-return\"", StringComparison.Ordinal);
        Assert.InRange(shown, 0, first);
        foreach (string name in names.Where(name => name != "eval/return"))
        {
            Assert.InRange(page.IndexOf($"id=\"study-1-{name.Replace('/', '-')}\"", StringComparison.Ordinal), first, page.Length);
        }

        Assert.Equal(5, Count(page, "<details class=\"group\">"));
    }

    [Fact]
    public void Contents_appear_with_the_second_study()
    {
        Assert.DoesNotContain("<nav", ReportPage.Render("Report", "Lead.", [ReportSamples.Study()]));
        Assert.Contains("<nav", ReportPage.Render("Report", "Lead.", [ReportSamples.Study(), ReportSamples.Study()]));
    }

    [Fact]
    public void A_study_without_any_content_is_a_page()
    {
        var empty = ReportSamples.Study() with { Findings = [], Charts = [], Tables = [], Groups = [], Notes = [] };
        Assert.Contains("Repeat it", ReportPage.Render("Report", "Lead.", [empty]));
    }

    [Fact]
    public void The_caption_counts_what_a_logarithmic_axis_cannot_show()
    {
        var chart = ReportSamples.Chart([1, 2, 3], [0, 4, 400], logY: true);
        string page = ReportPage.Render("Report", "Lead.", [ReportSamples.Study() with { Charts = [chart] }]);
        Assert.Contains("Left out: 1 value that is not finite or, on this logarithmic axis, not positive.", page);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(8203.7, "8,204")]
    [InlineData(-145.23, "\u2212145.2")]
    [InlineData(0.012345, "0.01235")]
    [InlineData(3.2e-7, "3.200e\u22127")]
    [InlineData(double.NaN, "not a number")]
    [InlineData(double.NegativeInfinity, "\u2212\u221e")]
    public void Numbers_show_four_digits(double value, string text) => Assert.Equal(text, Numbers.Short(value));

    [Theory]
    [InlineData(0.2, "less than a second")]
    [InlineData(1, "1 second")]
    [InlineData(600, "10 minutes")]
    [InlineData(25200, "7 hours")]
    [InlineData(864000, "10 days")]
    public void Durations_are_in_a_unit_one_can_picture(double seconds, string text) =>
        Assert.Equal(text, Numbers.Duration(seconds));

    [Fact]
    public void A_file_that_cannot_be_written_is_the_users_error_and_leaves_nothing()
    {
        string folder = Directory.CreateTempSubdirectory("dyad-report-").FullName;
        try
        {
            string file = Path.Combine(folder, "file");
            File.WriteAllText(file, "");
            string path = Path.Combine(file, "report.html");
            var error = Assert.Throws<UserError>(() => ReportWriter.Write(path, "Report", "Lead.", [ReportSamples.Study()]));
            Assert.Contains($"'{path}'", error.Message);

            string taken = Directory.CreateDirectory(Path.Combine(folder, "taken.html")).FullName;
            Assert.Throws<UserError>(() => ReportWriter.Write(taken, "Report", "Lead.", [ReportSamples.Study()]));
            Assert.Equal([file, taken], Directory.GetFileSystemEntries(folder).Order());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Writing_makes_the_folder_and_replaces_the_page()
    {
        string folder = Directory.CreateTempSubdirectory("dyad-report-").FullName;
        try
        {
            string path = Path.Combine(folder, "new", "report.html");
            ReportWriter.Write(path, "First", "Lead.", [ReportSamples.Study()]);
            ReportWriter.Write(path, "Second", "Lead.", [ReportSamples.Study()]);
            Assert.Contains("<title>Second</title>", File.ReadAllText(path));
            Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string BeforeTheScript(string page) => page[..page.LastIndexOf("<script>", StringComparison.Ordinal)];

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
