namespace Dyad.Studies.Slurm;

/// <summary>Summary of a study from the runs that are there, whoever did them.</summary>
public static class ClusterSummary
{
    /// <summary>The study of a plan, and what is wanted of it: nothing is run.</summary>
    /// <param name="path">The plan.</param>
    /// <exception cref="Core.UserError">There is no such plan, or the study's file has changed.</exception>
    public static (Study Study, StudyRequest Request) Open(string path)
    {
        (Study study, StudyRequest request) = ClusterPlan.Read(path).Open();
        return (study, request with { ReadsOnly = true, Jobs = Environment.ProcessorCount });
    }

    /// <summary>The newest plan of each study under a folder.</summary>
    /// <param name="folder">A folder of runs, or of a study.</param>
    public static IReadOnlyList<string> Plans(string folder) =>
        [.. Core.FileSearch.Find(folder, "plan-1.json").Where(path => Path.GetFileName(Path.GetDirectoryName(path)) == ClusterPlan.FolderName).Select(path => ClusterPlan.All(Path.GetDirectoryName(path)!)[^1].Path)];
}
