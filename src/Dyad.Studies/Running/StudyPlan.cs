using Dyad.Core;
using Dyad.Training;

namespace Dyad.Studies.Running;

/// <summary>Which runs a study asks for, and where they are.</summary>
internal static class StudyPlan
{
    /// <summary>The runs, by variant and then by seed.</summary>
    /// <param name="study">The study.</param>
    /// <param name="request">What is wanted of it.</param>
    /// <param name="store">Where runs of other studies are found.</param>
    public static IReadOnlyList<PlannedRun> Of(Study study, StudyRequest request, RunStore store) => Of(
        study, request, store, Lines(study, request), study.Seeds(request.Scale, request.Seeds));

    /// <summary>The variants that are asked for, at the steps that are asked for.</summary>
    public static IReadOnlyList<Variant> Lines(Study study, StudyRequest request) =>
    [
        .. study.Variants(request.Scale)
            .Where(variant => request.Only is null || request.Only.Contains(variant.Line ?? variant.Label))
            .Select(variant => variant with { Steps = request.Steps ?? variant.Steps }),
    ];

    /// <summary>The runs of some variants in a study's folder.</summary>
    /// <param name="study">The study.</param>
    /// <param name="request">What is wanted of it.</param>
    /// <param name="store">Where runs of other studies are found.</param>
    /// <param name="variants">The variants.</param>
    /// <param name="seeds">The seeds of each.</param>
    public static IReadOnlyList<PlannedRun> Of(Study study, StudyRequest request, RunStore store, IReadOnlyList<Variant> variants, IReadOnlyList<int> seeds)
    {
        string folder = FolderOf(study, request);
        var planned = new List<PlannedRun>();
        var own = new Dictionary<string, RunDirectory>();
        foreach (Variant variant in variants)
        {
            Variant asked = AtStoredInterval(folder, variant);
            foreach (int seed in asked.IsDeterministic ? seeds.Take(1) : seeds)
            {
                string identity = RunIdentity.Of(asked.Config(seed));
                string path = PathOf(folder, asked, seed);
                bool isShared = own.TryGetValue(identity, out RunDirectory? directory);
                own[identity] = directory ??= store.Locate(identity, path);
                planned.Add(new PlannedRun(asked, seed, directory, identity) { Pointer = isShared && path != directory.FullPath ? path : null });
            }
        }

        return planned.Count > 0 ? planned : throw new UserError($"the study {study.Name} has no runs");
    }

    /// <summary>
    /// Finished runs that lie beside those of a call and belong to the same variants: other seeds, one job each on a cluster.
    /// </summary>
    /// <param name="planned">The runs of the call.</param>
    /// <param name="warn">Is told of those that are not finished, or were computed elsewhere.</param>
    /// <param name="onDevice">Whether the call's own are computed on a GPU.</param>
    public static IReadOnlyList<PlannedRun> Beside(IReadOnlyList<PlannedRun> planned, Action<string> warn, bool onDevice = false)
    {
        var beside = new List<PlannedRun>();
        foreach (IGrouping<Variant, PlannedRun> group in planned.GroupBy(run => run.Variant).Where(group => !group.Key.IsDeterministic))
        {
            string parent = Path.GetDirectoryName(group.First().Directory.FullPath)!;
            foreach (string path in System.IO.Directory.Exists(parent) ? System.IO.Directory.EnumerateDirectories(parent, "seed-*") : [])
            {
                if (int.TryParse(Path.GetFileName(path)["seed-".Length..], out int seed) && group.All(run => run.Seed != seed))
                {
                    Consider(group.Key, seed, new RunDirectory(path));
                }
            }
        }

        return beside;

        void Consider(Variant variant, int seed, RunDirectory directory)
        {
            try
            {
                if (directory.ReadConfig() is not { } stored || stored.Difference(variant.Config(seed)) is not null)
                {
                    return;
                }

                if (RunLoop.HasFinished(directory, variant.Run(seed)))
                {
                    if ((directory.ReadStatus()?["device"] is not null) != onDevice)
                    {
                        warn($"seed {seed} is in the folder too, computed on {(onDevice ? "the processor" : "a GPU")}, and left out of the summary");
                        return;
                    }

                    beside.Add(new PlannedRun(variant, seed, directory, ""));
                    return;
                }

                string state = directory.Status switch { RunStatus.Failed => "failed", RunStatus.Done => "shorter: it ended", _ => "unfinished" };
                warn($"seed {seed} is in the folder too, {state} at step {(long?)directory.ReadStatus()?["step"] ?? 0}, and left out of the summary");
            }
            catch (UserError e)
            {
                warn($"seed {seed} is in the folder too, and left out of the summary: {e.Message}");
            }
        }
    }

    /// <summary>The folder of a study's runs.</summary>
    public static string FolderOf(Study study, StudyRequest request) => Path.Combine(Path.GetFullPath(request.Output), study.Name);

    /// <summary>The folder of its own that a study has for a run.</summary>
    public static string PathOf(Study study, StudyRequest request, Variant variant, int seed) => PathOf(FolderOf(study, request), variant, seed);

    private static string PathOf(string folder, Variant variant, int seed) => Path.Combine(folder, variant.Place, $"seed-{seed}");

    // With the interval of runs that are there, where none was asked for: the rows of all seeds must be those of the same steps.
    private static Variant AtStoredInterval(string folder, Variant variant)
    {
        string runs = Path.Combine(folder, variant.Place);
        return variant.KeepsInterval && System.IO.Directory.Exists(runs) && System.IO.Directory.EnumerateDirectories(runs, "seed-*")
            .Order(StringComparer.Ordinal).Select(path => RunPointer.Follow(path).ReadConfig()).FirstOrDefault(config => config is not null) is { } stored
                ? variant with { MeasureEvery = stored.Measuring.Every }
                : variant;
    }
}
