using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dyad.Core;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>What a caller wants of a study.</summary>
/// <param name="Scale">How large.</param>
/// <param name="Seeds">Seeds of each variant; the study's own number if null.</param>
/// <param name="Jobs">Runs at the same time.</param>
/// <param name="Output">Folder that holds <c>STUDY/LABEL/ENVIRONMENT/seed-N</c>.</param>
/// <param name="Command">The command that repeats the study, for the report.</param>
/// <param name="Steps">Steps of each run, measured as often; the study's own number if null. Runs of fewer steps are lengthened, of longer ones as many are read.</param>
public sealed record StudyRequest(StudyScale Scale, int? Seeds, int Jobs, string Output, string Command, long? Steps = null);

/// <summary>How far a study is, told after each row of metrics of one of its runs.</summary>
/// <param name="Fraction">Share of all steps that is done.</param>
/// <param name="Label">Label of the run.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Run">How far the run is.</param>
public sealed record StudyProgress(double Fraction, string Label, int Seed, RunProgress Run);

/// <summary>
/// Runs a study: every variant and seed in a folder of its own, several at a time, each a pure function of configuration and
/// seed, so that neither order nor number of jobs matters. Finished runs are kept; stopped ones go on.
/// </summary>
public static class StudyRunner
{
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(5);

    /// <summary>How results are written and read.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new ChartConverter() },
        // Written to a file of its own; the report escapes what it embeds.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The build, as far as runs depend on it.</summary>
    public static BuildIdentity Build { get; } = BuildIdentity.Of(typeof(StudyRunner).Assembly);

    /// <summary>The version of Dyad.</summary>
    public static string Version { get; } = Build.Version;

    /// <summary>Processor, number of cores and operating system.</summary>
    public static string Machine { get; } =
        $"{Processor.Name}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}";

    /// <summary>Does what is left of a study and writes its <c>summary.json</c>.</summary>
    /// <param name="study">The study.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="progress">Is told after each row of metrics; calls come one after the other, from several threads.</param>
    /// <param name="warn">Receives sentences about what was passed over.</param>
    /// <param name="cancellation">Stops the runs, which can go on later.</param>
    /// <returns>The result, and the folder of its <c>summary.json</c>.</returns>
    public static (StudyResult Result, string Folder) Execute(
        Study study, StudyRequest request, Action<StudyProgress> progress, Action<string> warn, CancellationToken cancellation)
    {
        string folder = Path.Combine(Path.GetFullPath(request.Output), study.Name);
        var work = (from variant in study.Variants(request.Scale)
                    let asked = Kept(folder, variant with { Steps = request.Steps ?? variant.Steps })
                    from seed in Enumerable.Range(
                        study.FirstSeed, variant.IsDeterministic ? 1 : request.Seeds ?? study.DefaultSeeds(request.Scale))
                    select (Variant: asked, Seed: seed)).ToArray();
        double total = work.Sum(item => (double)item.Variant.Steps);
        double[] done = new double[work.Length];
        var loop = new RunLoop(TimeProvider.System, Build, Machine, CheckpointInterval);

        // What holds for many runs is said once.
        var said = new ConcurrentDictionary<string, bool>();

        void RunOne(int index)
        {
            (Variant variant, int seed) = work[index];
            var run = new Run(variant.Config(seed), () => variant.Create(seed), variant.Steps, variant.Export);
            loop.Execute(Directory(folder, variant, seed), run, progressed => Report(index, progressed), sentence =>
            {
                if (said.TryAdd(sentence, true))
                {
                    warn(sentence);
                }
            }, cancellation);
        }

        void Report(int index, RunProgress run)
        {
            lock (done)
            {
                done[index] = Math.Max(done[index], run.Step);
                progress(new StudyProgress(done.Sum() / total, work[index].Variant.Label, work[index].Seed, run));
            }
        }

        Parallel(work.Length, request.Jobs, RunOne, cancellation);
        var runs = new StudyRuns(request.Scale, [.. work.Select(item => new FinishedRun(
            item.Variant, item.Seed, MetricsLog.Read(Directory(folder, item.Variant, item.Seed).MetricsPath, item.Variant.Steps)))]);
        StudyResult result = Summarize(study, request, runs, folder);
        string resultFolder = Path.Combine(Path.GetFullPath(request.Output), study.ResultFolder);
        WriteSummary(resultFolder, result);
        return (result, resultFolder);
    }

    /// <summary>Reads the result of a study from its folder.</summary>
    /// <exception cref="UserError">There is none, or it is damaged.</exception>
    public static StudyResult ReadSummary(string folder)
    {
        string path = Path.Combine(folder, "summary.json");
        try
        {
            StudyResult result = JsonSerializer.Deserialize<StudyResult>(File.ReadAllText(path), JsonOptions)
                ?? throw new UserError($"'{path}' is empty");

            // Nullability is checked on reading, but not that of entries.
            IEnumerable<object?>[] lists = [result.Findings, result.Charts, result.Tables, result.Groups, result.Notes];
            return lists.Concat(result.Charts.SelectMany(Lists)).Any(list => list.Contains(null))
                ? throw new UserError($"'{path}' is damaged: a list holds an empty entry")
                : result.Charts.OfType<FieldChart>().Any(chart => !chart.HasWholeCurves)
                    || result.Charts.OfType<LineChart>().SelectMany(chart => chart.Series).Any(series => !series.IsWhole)
                    ? throw new UserError($"'{path}' is damaged: a curve has not as many values of y as of x")
                    : result;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"'{folder}' holds no finished study: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new UserError($"'{path}' is damaged: {e.Message}", e);
        }
    }

    private static IEnumerable<IEnumerable<object?>> Lists(Chart? chart) => chart switch
    {
        LineChart lines => [lines.Series],
        FieldChart field => [field.Streamlines, field.Trajectories, field.Points, field.Labels],
        _ => [],
    };

    private static RunDirectory Directory(string folder, Variant variant, int seed) =>
        new(Path.Combine(folder, variant.Label, variant.Environment, $"seed-{seed}"));

    // With the interval of runs that are there, where none was asked for: the rows of all seeds must be those of the same steps.
    private static Variant Kept(string folder, Variant variant)
    {
        string runs = Path.Combine(folder, variant.Label, variant.Environment);
        return variant.KeepsInterval && System.IO.Directory.Exists(runs) && System.IO.Directory.EnumerateDirectories(runs, "seed-*")
            .Order(StringComparer.Ordinal).Select(path => new RunDirectory(path).ReadConfig()).FirstOrDefault(config => config is not null) is { } stored
                ? variant with { MeasureEvery = stored.Measuring.Every }
                : variant;
    }

    private static void Parallel(int count, int jobs, Action<int> body, CancellationToken cancellation)
    {
        try
        {
            System.Threading.Tasks.Parallel.For(
                0, count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation }, body);
        }
        catch (AggregateException e)
        {
            // A stop outranks whatever else happened; of several errors, one sentence is enough.
            throw e.Flatten().InnerExceptions.FirstOrDefault(inner => inner is OperationCanceledException)
                ?? e.Flatten().InnerExceptions.FirstOrDefault(inner => inner is UserError)
                ?? e;
        }
    }

    private static StudyResult Summarize(Study study, StudyRequest request, StudyRuns runs, string folder)
    {
        Analysis analysis = study.Analyze(runs);
        double seconds = runs.Runs.Sum(run =>
            (double?)Directory(folder, run.Variant, run.Seed).ReadStatus()?["wall_s"] ?? 0);
        GroupSummary[] groups = [.. runs.Runs.GroupBy(run => (run.Variant.Label, run.Variant.Environment)).Select(group => GroupSummary.Of(
            group.Key.Label, group.Key.Environment, study.SummaryMetric, [.. group.Select(run => run.Seed)], [.. group.Select(run => run.Final(study.SummaryMetric))]))];
        (DataTable Table, LineChart Profile)? tasks = TaskSummary.Of(groups, ScoreScale.Find);
        return new StudyResult(
            study.Name,
            study.Title,
            study.Source,
            study.Question,
            request.Scale == StudyScale.Quick ? "quick" : "paper",
            request.Command,
            analysis.Findings,
            tasks is null ? analysis.Charts : [.. analysis.Charts, tasks.Value.Profile],
            tasks is null ? analysis.Tables : [.. analysis.Tables, tasks.Value.Table],
            groups,
            study.Notes,
            Version,
            Machine,
            Math.Round(seconds, 1));
    }

    private static void WriteSummary(string folder, StudyResult result)
    {
        string path = Path.Combine(folder, "summary.json");
        try
        {
            string partial = path + ".partial";
            File.WriteAllText(partial, JsonSerializer.Serialize(result, JsonOptions) + "\n");
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot write '{path}': {e.Message}", e);
        }
    }
}
