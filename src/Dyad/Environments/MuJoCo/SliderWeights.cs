namespace Dyad.Environments.MuJoCo;

/// <summary>
/// Inverse weights of bodies that move on sliders alone, by which MuJoCo scales the force of a contact. From release 3.0 on they are
/// computed without the joints' armature: a body that is nearly nothing but armature, like the pusher's object, then weighs
/// nothing, and no contact moves it.
/// </summary>
internal static class SliderWeights
{
    private const int FirstWithoutArmature = 300;

    /// <summary>Writes what release 2.2.2 computes, where the release at hand computes something else.</summary>
    /// <param name="model">The model.</param>
    /// <param name="bodies">Bodies with two sliders at right angles and no other joint.</param>
    public static void Restore(MujocoModel model, params ReadOnlySpan<int> bodies)
    {
        if (model.Library.Version >= FirstWithoutArmature)
        {
            Write(model, bodies);
        }
    }

    /// <summary>Writes 1 / (mass + armature) for each slider, and for the body its mean over three directions, one of which is fixed.</summary>
    internal static void Write(MujocoModel model, params ReadOnlySpan<int> bodies)
    {
        ReadOnlySpan<double> masses = model.Array<double>("body_mass", model.BodyCount), armatures = model.Array<double>("dof_armature", model.VelocitySize);
        ReadOnlySpan<int> bodyOf = model.Array<int>("dof_bodyid", model.VelocitySize);
        Span<double> sliders = model.Writable<double>("dof_invweight0", model.VelocitySize), means = model.Writable<double>("body_invweight0", 2 * model.BodyCount);
        foreach (int body in bodies)
        {
            double sum = 0;
            for (int i = 0; i < bodyOf.Length; i++)
            {
                if (bodyOf[i] == body)
                {
                    sliders[i] = 1 / (masses[body] + armatures[i]);
                    sum += sliders[i];
                }
            }

            means[2 * body] = sum / 3;
        }
    }
}
