namespace Dyad.Tabular;

/// <summary>Whether policies terminate surely, which gamma = 1 asks for. Each answer takes time linear in the transitions.</summary>
public static class Termination
{
    /// <summary>The first state from which a policy may go on without end; null where it terminates surely from every state.</summary>
    public static int? Endless(Mdp mdp, TabularPolicy policy) => FirstOutside(mdp, pair => policy.Probabilities[pair] > 0, needsAll: false);

    /// <summary>The first state from which every policy goes on without end; null where there is a way to a termination from all.</summary>
    public static int? Endless(Mdp mdp) => FirstOutside(mdp, _ => true, needsAll: false);

    /// <summary>
    /// The first state from which some policy goes on without end; null where every policy terminates surely from every state.
    /// </summary>
    public static int? Avoidable(Mdp mdp) => FirstOutside(mdp, _ => true, needsAll: true);

    // Grows the set of states that terminate, from the terminations backwards: a state joins as soon as one of the actions that
    // are taken, or each of them, leads into the set with positive probability.
    private static int? FirstOutside(Mdp mdp, Func<int, bool> isTaken, bool needsAll)
    {
        (int[] start, int[] predecessors) = Predecessors(mdp);
        bool[] leads = new bool[mdp.Pairs];
        int[] missing = new int[mdp.States];
        Array.Fill(missing, needsAll ? mdp.Actions : 1);
        var joined = new Queue<int>(mdp.TerminalStates);
        foreach (int s in mdp.TerminalStates)
        {
            missing[s] = 0;
        }

        while (joined.TryDequeue(out int state))
        {
            foreach (int pair in predecessors.AsSpan(start[state]..start[state + 1]))
            {
                int before = pair / mdp.Actions;
                if (leads[pair] || missing[before] == 0 || !isTaken(pair))
                {
                    continue;
                }

                leads[pair] = true;
                if (--missing[before] == 0)
                {
                    joined.Enqueue(before);
                }
            }
        }

        int outside = Array.FindIndex(missing, left => left > 0);
        return outside < 0 ? null : outside;
    }

    // The pairs that lead to each state, state by state.
    private static (int[] Start, int[] Pairs) Predecessors(Mdp mdp)
    {
        int[] start = new int[mdp.States + 2];
        for (int pair = 0; pair < mdp.Pairs; pair++)
        {
            foreach (int next in mdp.NextStates(pair))
            {
                start[next + 2]++;
            }
        }

        for (int s = 2; s < start.Length; s++)
        {
            start[s] += start[s - 1];
        }

        // Filling moves each start to the next one's, hence the shift.
        int[] pairs = new int[start[^1]];
        for (int pair = 0; pair < mdp.Pairs; pair++)
        {
            foreach (int next in mdp.NextStates(pair))
            {
                pairs[start[next + 1]++] = pair;
            }
        }

        return (start, pairs);
    }
}
