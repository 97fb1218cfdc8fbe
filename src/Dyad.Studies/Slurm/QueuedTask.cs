using System.Globalization;

namespace Dyad.Studies.Slurm;

/// <summary>A task of an array, or a single job, as the queue has it.</summary>
/// <param name="Array">Number of the array; of a single job its own.</param>
/// <param name="Task">Number in the array; null of a single job.</param>
/// <param name="Job">Its own number.</param>
/// <param name="State">Slurm's word: PENDING, RUNNING, COMPLETING, FAILED, ...</param>
/// <param name="Nodes">Where it runs; empty where it waits.</param>
/// <param name="Requeues">How often it was put into the queue again.</param>
/// <param name="Reason">Why it waits, in Slurm's word.</param>
internal sealed record QueuedTask(long Array, int? Task, long Job, string State, string Nodes, int Requeues, string Reason)
{
    // What has not ended: everything else is history that the controller keeps for a while.
    private static readonly string[] Open = ["PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED", "SPECIAL_EXIT"];

    /// <summary>Whether it will run, or runs.</summary>
    public bool IsOpen => Open.Contains(State);

    /// <summary>"RUNNING on node-3, 2 requeues".</summary>
    public string Words => State.ToLowerInvariant() + (Nodes.Length > 0 ? $" on {Nodes}" : State == "PENDING" && Reason is not ("" or "None") ? $" ({Reason})" : "")
        + (Requeues == 0 ? "" : Requeues == 1 ? ", 1 requeue" : $", {Requeues} requeues");

    /// <summary>Reads what squeue answered: fields of a fixed width.</summary>
    public static IReadOnlyList<QueuedTask> Parse(string answer, int width)
    {
        var tasks = new List<QueuedTask>();
        foreach (string line in answer.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = [.. line.PadRight(7 * width).Chunk(width).Select(field => new string(field).Trim())];
            if (long.TryParse(fields[0], CultureInfo.InvariantCulture, out long array) && long.TryParse(fields[2], CultureInfo.InvariantCulture, out long job))
            {
                _ = int.TryParse(fields[5], CultureInfo.InvariantCulture, out int requeues);
                tasks.Add(new QueuedTask(array, int.TryParse(fields[1], CultureInfo.InvariantCulture, out int task) ? task : null, job, fields[3], fields[4], requeues, fields[6]));
            }
        }

        return tasks;
    }

    /// <summary>Reads what sacct answered: <c>123_4|FAILED</c>, a line a job; "CANCELLED by 0" is CANCELLED.</summary>
    public static IReadOnlyDictionary<(long Job, int Task), string> ParseEnded(string answer)
    {
        var states = new Dictionary<(long, int), string>();
        foreach (string[] fields in answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|')))
        {
            string[] id = fields[0].Split('_');
            if (fields.Length == 2 && id.Length == 2 && long.TryParse(id[0], CultureInfo.InvariantCulture, out long job) && int.TryParse(id[1], CultureInfo.InvariantCulture, out int task))
            {
                states[(job, task)] = fields[1].Split(' ')[0];
            }
        }

        return states;
    }
}
