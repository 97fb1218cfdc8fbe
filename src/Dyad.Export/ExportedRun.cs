using System.Globalization;
using Dyad.Environments.Locating;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Export;

/// <summary>A stored run with its rows, as it leaves.</summary>
/// <param name="Study">Name of the study that the run belongs to; <c>train</c> for a run of its own.</param>
/// <param name="Label">The variant: the name of its folder.</param>
/// <param name="Config">What determines it.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Metrics">Columns by name, all of the same length; missing values are NaN.</param>
public sealed record ExportedRun(string Study, string Label, RunConfig Config, RunDirectory Folder, IReadOnlyDictionary<string, double[]> Metrics)
{
    /// <summary>The method's name.</summary>
    public string Method => Config.Method.Name;

    /// <summary>The task, as a name.</summary>
    public string Environment => TaskLocator.NameOf(Config.Task.Name);

    /// <summary>The seed.</summary>
    public long Seed => Config.Training.Seed;

    /// <summary>Steps of the rows.</summary>
    public double[] Steps => Metrics["step"];

    /// <summary>The columns that are no steps, in order of their names.</summary>
    public IEnumerable<KeyValuePair<string, double[]>> Values =>
        Metrics.Where(column => column.Key != "step").OrderBy(column => column.Key, StringComparer.Ordinal);

    /// <summary>The run as statistics see it.</summary>
    internal FinishedRun Finished => FinishedRun.Stored(Label, Config, Metrics);

    /// <summary>Where it goes under a folder: STUDY/LABEL/ENVIRONMENT/seed-N.</summary>
    internal string RelativePath => Path.Combine(Study, Label, Environment, string.Create(CultureInfo.InvariantCulture, $"seed-{Seed}"));
}
