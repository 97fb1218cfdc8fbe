using System.Numerics.Tensors;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Studies.Definitions.Problems;

/// <summary>Small random problems, on which identities are checked.</summary>
internal static class RandomProblem
{
    /// <summary>An MDP of 2 to 7 states and 2 to 4 actions, with dense transitions and a start distribution of full support.</summary>
    public static Mdp Mdp(RandomStream stream)
    {
        int states = 2 + stream.Index(6);
        int actions = 2 + stream.Index(3);
        var rows = new List<IReadOnlyList<(int, double)>>();
        for (int pair = 0; pair < states * actions; pair++)
        {
            rows.Add([.. Distribution(stream, states).Select((p, s) => (s, p))]);
        }

        return new Mdp(Vector(stream, states * actions, 1), rows, Distribution(stream, states), stream.Uniform(0, 0.97));
    }

    /// <summary>Numbers uniform in [-range, range].</summary>
    public static double[] Vector(RandomStream stream, int count, double range)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = stream.Uniform(-range, range);
        }

        return values;
    }

    private static double[] Distribution(RandomStream stream, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = stream.Uniform(0.02, 1);
        }

        TensorPrimitives.Divide(values, TensorPrimitives.Sum<double>(values), values);
        return values;
    }
}
