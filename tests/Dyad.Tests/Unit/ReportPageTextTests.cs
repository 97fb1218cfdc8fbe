using Dyad.Core;
using Dyad.Report;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit;

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
        var chart = ReportSamples.Chart([1, 2], [0, 4], logY: true);
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
            Assert.Contains("<h1>Second</h1>", File.ReadAllText(path));
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
