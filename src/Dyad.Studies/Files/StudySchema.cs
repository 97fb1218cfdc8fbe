using System.Text.Json.Nodes;
using Dyad.Training;

namespace Dyad.Studies.Files;

/// <summary>What a study file may hold.</summary>
internal static class StudySchema
{
    private const double Most = 1_000_000_000_000;

    private static readonly Shape Text = new TextShape();
    private static readonly Shape Values = new NamedShape(new ValueShape(), "options with their values");
    private static readonly Shape Names = new ListShape(Text, "names");
    private static readonly Shape Steps = new NumberShape(1, Most, Whole: true);
    private static readonly Shape Count = new NumberShape(1, 100_000, Whole: true);
    private static readonly Shape Seed = new NumberShape(0, 1_000_000_000, Whole: true);
    private static readonly Shape Preset = new TextShape([.. AgentPreset.All.Select(preset => preset.Name)]);

    private static readonly Shape Seeds = new EitherShape(new NumberShape(1, 10_000, Whole: true), new ListShape(Seed, "seeds"));
    private static readonly Shape Ranges = new NamedShape(
        new EitherShape(new ListShape(new ValueShape(), "values"), new MapShape(
            "a range",
            new Key("low", new NumberShape(-1e300, 1e300, Whole: false), "Its start.", Required: true),
            new Key("high", new NumberShape(-1e300, 1e300, Whole: false), "Its end.", Required: true),
            new Key("log", new FlagShape(), "Whether the logarithm is spread evenly, and not the value."),
            new Key("points", new NumberShape(2, 1_000, Whole: true), "Points of it in a grid."))),
        "options with ranges or lists of values");

    private static readonly Key[] TuneSizes =
    [
        new("budget", new NumberShape(1, 10_000, Whole: true), "Trials of each line on each task."),
        new("seeds", Seeds, "Selection seeds: how many, from 1,000,000, or a list; 3 by default. None of them is reported."),
        new("steps", Steps, "Steps of a trial; those of the study's runs by default."),
    ];

    private static readonly Shape Tune = new MapShape(
        "tune",
        [
            TuneSizes[0] with { Required = true },
            .. TuneSizes[1..],
            new Key("search", new TextShape("random", "grid"), "Points drawn at random, or all points of a grid; random by default."),
            new Key("over", new TextShape("run", "end"), "What of the metric decides: its mean over the run, or over the last tenth."),
            new Key("untuned", new FlagShape(), "Whether each line is run with the options that it has without the search too, as LABEL,untuned; true by default."),
            new Key("ranges", Ranges, "What is searched, over all methods that have the options."),
        ]);

    private static readonly Shape Method = new MapShape(
        "a method",
        new Key("method", Text, "A method of 'dyad list algorithms'.", Required: true),
        new Key("name", Text, "Name in folders and claims; by default the method with its own options."),
        new Key("legend", Text, "Name in charts and sentences; the name by default."),
        new Key("preset", Preset, "Options that belong together; the study's by default."),
        new Key("options", Values, "Options of this method, on top of its preset."),
        new Key("grid", new NamedShape(new ListShape(new ValueShape(), "values"), "options with lists of values"), "Options that vary for this method alone: the product of lists of values."),
        new Key("tune", Ranges, "What is searched for this method alone; of an option that the study's tune has too, this counts."));

    // What a scale may say otherwise.
    private static readonly Key[] Sizes =
    [
        new("seeds", Seeds, "How many seeds, from 0, or a list of seeds."),
        new("steps", Steps, "Steps of each run; by default what 'dyad train' takes."),
        new("rows", Count, "Rows of metrics of a run, evenly spaced; 20 by default."),
        new("measure_every", Steps, "Steps between two rows of metrics, instead of rows."),
        new("evaluation_episodes", Count, "Episodes of an evaluation; 10 by default."),
        new("exact_gap", Count, "Batches, at least 3, on which each row of metrics holds what actors follow against the exact gradient of J, of neural methods whose policy is a softmax on finite tasks; not measured by default."),
        new("max_episode_steps", new NumberShape(1, 1_000_000_000, Whole: true), "Steps after which an episode is cut off, instead of the task's own limit."),
        new("options", Values, "Options of all methods that have them."),
    ];

    private static readonly Shape Scale = new MapShape(
        "a scale",
        [
            .. Sizes,
            new Key("tune", new MapShape("tune of a scale", TuneSizes), "Sizes of the search for options."),
            new Key("environments", Names, "Tasks of this scale, of those of the study."),
            new Key("methods", Names, "Methods of this scale by name, of those of the study."),
        ]);

    private static readonly Shape Figure = new EitherShape(Text, new MapShape(
        "a figure",
        new Key("metric", Text, "A metric of the runs.", Required: true),
        new Key("axis", new TextShape("steps", "updates", "time"), "What it is drawn over; steps by default."),
        new Key("log", new FlagShape(), "Whether the vertical axis is logarithmic."),
        new Key("title", Text, "Heading; the metric by default."),
        new Key("methods", Names, "Lines by name; all by default.")));

    private static readonly Shape Column = new MapShape(
        "a column",
        new Key("metric", Text, "A metric of the runs.", Required: true),
        new Key("heading", Text, "Heading of the column; the metric by default."),
        new Key("format", Text, "Format of the number, as 0.00; of a mean only."),
        new Key("value", new TextShape("mean", "last"), "The mean over the run, or the last value of a counter."));

    private static readonly Shape Claim = new MapShape(
        "a claim",
        new Key("better", Text, "Name of the line that the claim is about.", Required: true),
        new Key("than", Text, "Name of the line that it is held against.", Required: true),
        new Key("text", Text, "The claim, as its source says it; without one the difference is measured and nothing is claimed."),
        new Key("metric", Text, "What is compared; the study's metric by default."),
        new Key("over", new TextShape("run", "end"), "The mean over the run, which is the area under the curve, or over its last tenth."),
        new Key("at", new TextShape("steps", "updates", "time"), "What both lines have spent as much of: steps of the run, by default, updates of the critic, or processor time."),
        new Key("kind", new TextShape("superior", "not-worse", "equivalent"), "What is claimed of the two."),
        new Key("margin", new NumberShape(0, 1e300, Whole: false), "Of not-worse and equivalent; by default a tenth of the other line's improvement over the random policy."));

    /// <summary>The file.</summary>
    public static MapShape File { get; } = new(
        "a study",
        [
            new Key("title", Text, "One line for a reader who has not seen the source."),
            new Key("question", Text, "What is asked, and how it is measured."),
            new Key("source", Text, "Where the question or claim comes from."),
            new Key("environments", new EitherShape(Text, Names), "Tasks: names, text maps, MDP files, FILE.dll:TYPE; files are found from the study's folder.", Required: true),
            new Key("methods", new ListShape(new EitherShape(Text, Method), "methods"), "What is compared, in the order of the legend.", Required: true),
            new Key("preset", Preset, "Preset of all methods that do not name one; correct by default."),
            new Key("grid", new EitherShape(
                new NamedShape(new ListShape(new ValueShape(), "values"), "options with lists of values"),
                new ListShape(Values, "points, each options with their values")), "Options that vary, over all methods that have them: the product of lists of values, or a list of points."),
            new Key("device", new TextShape("processor", "gpu"), "What computes the updates; the processor by default. --device goes before it."),
            .. Sizes,
            new Key("tune", Tune, "Options that are chosen by a search with the same budget for every line, on seeds that are not reported."),
            new Key("metric", Text, "What is compared; eval/return by default."),
            new Key("threshold", new NumberShape(-1e300, 1e300, Whole: false), "Value of the metric: the table tells the median of the steps until it is first reached."),
            new Key("x_title", Text, "Title of the axis of steps."),
            new Key("figures", new ListShape(Figure, "figures"), "Charts; by default the metric over steps and over time."),
            new Key("columns", new ListShape(Column, "columns"), "Further columns of the table."),
            new Key("claims", new ListShape(Claim, "claims"), "What is held against the runs; verdicts are Holm-corrected over them."),
            new Key("notes", new ListShape(Text, "sentences"), "Choices, and deviations from the source."),
            new Key("scales", new NamedShape(Scale, "scales by name"), "Sizes by name, chosen with --scale: quick, or of your own. Without one, and as paper, the study's own sizes count."),
        ]);

    /// <summary>The schema for editors.</summary>
    public static JsonObject Document()
    {
        JsonObject schema = File.Schema();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "A study of Dyad");
        return schema;
    }
}
