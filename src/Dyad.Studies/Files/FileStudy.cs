using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Dyad.Core;
using Dyad.Studies.Tuning;
using Dyad.Training;

namespace Dyad.Studies.Files;

/// <summary>A study that a file defines: methods with options on tasks, compared by their learning curves.</summary>
public sealed class FileStudy : Study
{
    /// <summary>The scale of the study's own sizes.</summary>
    public const string FullScale = "full";

    private const string QuickScale = "quick", PaperScale = "paper";

    private readonly Lazy<StudyDocument> _document;
    private readonly string? _folder;
    private readonly string? _scale;
    private readonly ConcurrentDictionary<string, ResolvedStudy> _resolved = new();

    internal FileStudy(string name, Lazy<StudyDocument> document, string? folder = null, string? scale = null, string fingerprint = "")
    {
        (Name, _document, _folder, _scale, Fingerprint) = (name, document, folder, scale, fingerprint);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Title => Document.Title ?? $"{string.Join(", ", Document.Methods.Select(method => method.Legend ?? method.Name ?? method.Method.Value))} on {string.Join(", ", Document.Environments.Select(x => x.Value))}";

    /// <inheritdoc/>
    public override string Source => Document.Source ?? Path.GetFileName(Document.File);

    /// <inheritdoc/>
    public override string Question => Document.Question ?? "Which of the lines learns better?";

    /// <inheritdoc/>
    public override string Fingerprint { get; }

    /// <inheritdoc/>
    public override string SummaryMetric => Document.Metric;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes
    {
        get
        {
            string presets = string.Join(", ", Document.Methods.Select(method => method.Preset ?? Document.Preset ?? AgentPreset.Correct).Distinct());
            ResolvedStudy resolved = Resolved(_scale ?? PaperScale);
            return [.. resolved.Comparison.Notes($"Preset {presets}; the table of options says in what the lines differ. ", Document.Notes), .. resolved.Cautions.Select(caution => $"{caution}.")];
        }
    }

    /// <summary>What computes its updates, <c>gpu</c> or <c>processor</c>; null where the file does not say.</summary>
    public string? Device => Document.Device;

    /// <summary>Names of its scales, beside that of its own sizes.</summary>
    public IReadOnlyCollection<string> Scales => [.. Document.Scales.Keys];

    /// <summary>The tasks as they are written, for what they need on this machine.</summary>
    public IReadOnlyList<string> Environments => [.. Document.Environments.Select(environment => environment.Value)];

    /// <summary>What the user may not have meant: lines that differ in their names alone.</summary>
    public IReadOnlyList<string> Cautions => Resolved(_scale ?? PaperScale).Cautions;

    private StudyDocument Document => _document.Value;

    /// <summary>Reads a study file of the user's own.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserError">It cannot be read, or is no study; the sentence names line and column.</exception>
    public static FileStudy Open(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserError($"there is no study file '{path}'; 'dyad study new' writes one", e);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot read the study file '{path}': {IoSentence.Of(e, path)}", e);
        }

        StudyDocument document = StudyReader.Read(text, path);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        return new FileStudy(
            FolderName.Of(Path.GetFileNameWithoutExtension(path), "study"), new Lazy<StudyDocument>(document), Path.GetDirectoryName(Path.GetFullPath(path)), FullScale, hash);
    }

    /// <summary>The study at a scale.</summary>
    /// <param name="scale">One of its scales; <c>full</c> or <c>paper</c> for its own sizes, where it has none of that name.</param>
    /// <exception cref="UserError">It has no such scale.</exception>
    public FileStudy At(string scale) => scale is FullScale or PaperScale || Document.Scales.ContainsKey(scale)
        ? new FileStudy(Name, _document, _folder, scale, Fingerprint)
        : throw new UserError($"{Document.File} has no scale '{scale}'; {NearNames.Hint(scale, [.. Document.Scales.Keys, FullScale])}");

    /// <summary>Number of runs at most, before any is made: a grid is a product.</summary>
    public double CountRuns(int? seeds)
    {
        SizesEntry sizes = StudyResolver.SizesAt(Document, _scale ?? PaperScale);
        double points = Document.Points.Count > 0 ? Document.Points.Count : Document.Product.Aggregate(1.0, (product, option) => product * option.Values.Count);
        double lines = Document.Methods.Sum(method => points * method.Grid.Aggregate(1.0, (product, option) => product * option.Values.Count));
        double trials = Document.Tune is null ? 0 : (double)sizes.Tune!.Budget!.Value * TuneResolver.Seeds(sizes.Tune).Length;
        double reported = (Document.Tune is { Untuned: true } ? 2.0 : 1.0) * (seeds ?? sizes.Seeds?.Count ?? sizes.SeedCount ?? StudyResolver.DefaultSeeds);
        return lines * (sizes.Environments?.Count ?? Document.Environments.Count) * (trials + reported);
    }

    /// <inheritdoc/>
    public override int DefaultSeeds(StudyScale scale) => Seeds(scale, null).Count;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Seeds(StudyScale scale, int? count) => count is { } asked
        ? Resolved(ScaleName(scale)).More(asked)
        : Resolved(ScaleName(scale)).Seeds;

    /// <inheritdoc/>
    public override IReadOnlyList<Variant> Variants(StudyScale scale) => Resolved(ScaleName(scale)).Variants;

    internal override TuningPlan? Tuning(StudyScale scale) => Resolved(ScaleName(scale)).Tuning;

    /// <inheritdoc/>
    public override Analysis Analyze(StudyRuns runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return Resolved(ScaleName(runs.Scale)).Comparison.Analyze(runs);
    }

    /// <summary>Runs that select options, at most: of each line on each task.</summary>
    public int Trials(StudyScale scale) => Tuning(scale) is { } tuning ? tuning.Lines.Max(line => line.Trials.Count) * tuning.Seeds.Count : 0;

    /// <summary>Whether each line is run without the search too.</summary>
    public bool HasUntuned => Document.Tune is { Untuned: true };

    private string ScaleName(StudyScale scale) => _scale ?? (scale == StudyScale.Quick ? QuickScale : PaperScale);

    private ResolvedStudy Resolved(string scale) => _resolved.GetOrAdd(scale, name => StudyResolver.Resolve(Document, name, _folder));
}
