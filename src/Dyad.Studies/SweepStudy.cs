using Dyad.Core;
using Dyad.Studies.Comparisons;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>One method over values of some of its options: the shortest comparison. Its runs are those of <c>dyad train</c>.</summary>
public static class SweepStudy
{
    private const int LargestPoints = 1_000;

    /// <summary>Reads <c>key=a,b,c</c>, several of them as a product.</summary>
    /// <exception cref="UserError">One is none, names an option twice, or there are too many points.</exception>
    public static IReadOnlyList<IReadOnlyList<(string Name, string Value)>> Points(IReadOnlyList<string> sweeps)
    {
        IEnumerable<(string, string)[]> points = [[]];
        var names = new HashSet<string>();
        double count = 1;
        foreach (string sweep in sweeps)
        {
            int equals = sweep.IndexOf('=', StringComparison.Ordinal);
            string[] values = equals < 0 ? [] : sweep[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries);
            if (equals <= 0 || values.Any(value => value.Length == 0))
            {
                throw new UserError($"--sweep is '{sweep}'; it must be key=a,b,c");
            }

            string name = sweep[..equals].Replace('-', '_');
            if (!names.Add(name))
            {
                throw new UserError($"--sweep names '{name}' twice");
            }

            count *= values.Length;
            points = [.. count <= LargestPoints
                ? points.SelectMany(point => values.Distinct().Select(value => ((string, string)[])[.. point, (name, value)]))
                : throw new UserError($"--sweep has {count:0} points; at most {LargestPoints} are possible: 'dyad study' runs more")];
        }

        return [.. points];
    }

    /// <summary>The study.</summary>
    /// <param name="points">The training at each point.</param>
    /// <param name="legends">The points in words.</param>
    public static Study Of(IReadOnlyList<TrainingStudy> points, IReadOnlyList<string> legends)
    {
        ArgumentNullException.ThrowIfNull(points);
        Variant[] variants = [.. points.Select(point => point.Variants(StudyScale.Quick)[0])];
        string method = variants[0].Method.Name, environment = variants[0].Environment;
        if (variants.GroupBy(variant => variant.Label).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new UserError($"two points of --sweep are the same run, {twice.Key}");
        }

        var comparison = new Comparison(new ComparisonPlan
        {
            XTitle = "steps",
            Lines = [.. variants.Zip(legends, (variant, legend) => new ComparisonLine(variant.Label, legend))],
        });
        string[] names = [.. legends.SelectMany(legend => legend.Split(", ")).Select(part => part.Split(' ')[0]).Distinct()];

        // What the points share, then the values of each option.
        string shared = string.Join(',', variants[0].Label.Split(',').Where(part => !names.Any(name => part.StartsWith($"{name}=", StringComparison.Ordinal))));
        string folder = RunLabel.Of(
            [.. names.Select(name => (name, (object)string.Join('+', legends.SelectMany(legend => legend.Split(", ")).Where(part => part.StartsWith($"{name} ", StringComparison.Ordinal)).Select(part => part[(name.Length + 1)..]).Distinct())))],
            [new NamedValues($"sweep,{shared}", [])]);
        return new ComparisonStudy(
            points[0].Name, Path.Combine(points[0].Name, FolderName.Of(folder, "sweep"), environment), $"{method} on {environment} over {string.Join(", ", names)}",
            points[0].Source, comparison, variants, points[0].FirstSeed);
    }
}
